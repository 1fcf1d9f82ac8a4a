/** What is to run at a time to come. */
export interface Timer {
  /** Alone it keeps no process alive. */
  unref(): unknown;
}

/**
 * What tells the time, and lets it pass. Nothing else does, but where it is a matter of the process and of files; so whoever
 * replaces it has all of it in his hand, and an hour can be over in milliseconds (docs/decisions/0012-one-clock.md).
 */
export interface Clock {
  /**
   * Milliseconds since 1970, with fractions. They never go back nor jump, whatever is done to the system's clock: an instant
   * that is so many of them away comes after so many of them.
   */
  now(): number;
  /** Milliseconds since 1970 by the system's clock, which may be set: for what others compare with a clock of their own. */
  systemTime(): number;
  /** Calls `run` once, after `ms` milliseconds; with more than 24 days of them, after 24 days. */
  setTimer(ms: number, run: () => void): Timer;
  clearTimer(timer: Timer): void;
  /** Calls `run` every `ms` milliseconds, for as long as anything else keeps the process alive. */
  every(ms: number, run: () => void): Disposable;
  /** Calls `run` in the next turn of the event loop. */
  setTurn(run: () => void): Timer;
  clearTurn(turn: Timer): void;
}

/** Node runs a timer set for longer than this at once. */
const longestTimer = 2_147_483_647;

export const realClock: Clock = {
  now: () => performance.timeOrigin + performance.now(),
  systemTime: () => Date.now(),
  // What was due while no daemon was there is due now.
  setTimer: (ms, run) => setTimeout(run, Math.max(0, Math.min(ms, longestTimer))),
  clearTimer: (timer) => clearTimeout(timer as NodeJS.Timeout), // made above
  every: (ms, run) => {
    const interval = setInterval(run, ms).unref();
    return { [Symbol.dispose]: () => clearInterval(interval) };
  },
  setTurn: (run) => setImmediate(run),
  clearTurn: (turn) => clearImmediate(turn as NodeJS.Immediate), // made above
};

let clock = realClock;

/** From now on the whole process, or thread, lives by this clock, until disposed. Before anything waits by the other one. */
export function replaceClock(other: Clock): Disposable {
  const before = clock;
  const use = (next: Clock): void => {
    clock = next;
    last = 0;
  };
  use(other);
  return { [Symbol.dispose]: () => use(before) };
}

export const now: Clock['now'] = () => clock.now();
export const systemTime: Clock['systemTime'] = () => clock.systemTime();
export const setTimer: Clock['setTimer'] = (ms, run) => clock.setTimer(ms, run);
export const clearTimer: Clock['clearTimer'] = (timer) => clock.clearTimer(timer);
export const every: Clock['every'] = (ms, run) => clock.every(ms, run);
export const setTurn: Clock['setTurn'] = (run) => clock.setTurn(run);
export const clearTurn: Clock['clearTurn'] = (turn) => clock.clearTurn(turn);

/** "Not yet" on the wire. */
export const neverTime = '9999-01-01 00:00:00.000000';

/** "No id" on the wire. */
export const zeroId = '00000000-0000-0000-0000-000000000000';

let last = 0;

/**
 * The present as whole microseconds since 1970, never the same twice and never going back while the process lives:
 * `tm_update` of a resource must grow, also when the wall clock is set back.
 */
export function nowMicros(): number {
  last = Math.max(last + 1, Math.round(now() * 1_000));
  return last;
}

/** Microseconds since 1970, whole ones, as on the wire: `2022-04-11 00:23:54.724620` (UTC). */
export function wireTime(micros: number = nowMicros()): string {
  const whole = Math.trunc(micros);
  return `${dateAndTime(whole)}.${fraction(whole)}`;
}

/** As `wireTime` with nine decimals: `2022-04-11 00:23:55.012416032`, the form of `tm_execute`. */
export function wireTimeNanos(micros: number = nowMicros()): string {
  return `${wireTime(micros)}000`;
}

/** Milliseconds since 1970 of a time on the wire. */
export function millisOf(time: string): number {
  return Date.parse(`${time.slice(0, 23).replace(' ', 'T')}Z`);
}

/** The same as an instant of `now()`. */
export function instantOf(time: string): number {
  return now() + millisOf(time) - nowMicros() / 1_000;
}

// Formatting a date costs more than all the rest of an event; the second changes rarely.
let cachedSecond = -1;
let cachedText = '';

function dateAndTime(micros: number): string {
  const second = Math.floor(micros / 1_000_000);
  if (second !== cachedSecond) {
    cachedText = new Date(second * 1_000).toISOString().slice(0, 19).replace('T', ' ');
    cachedSecond = second;
  }
  return cachedText;
}

function fraction(micros: number): string {
  return String(micros % 1_000_000).padStart(6, '0');
}
