import { localTime } from '../flows/local-time.ts';

export const minute = 60_000;
const dayLength = 86_400_000;

/** The clocks of a time zone, for a few days: what was asked once is remembered. Days are counted from 1970-01-01. */
export class ZoneClock {
  readonly #timezone: string;
  readonly #offsets = new Map<number, number>();

  constructor(timezone: string) {
    this.#timezone = timezone;
  }

  /** The day that it is there. */
  dayOf(time: number): number {
    return Math.floor((time + this.#offsetAt(time)) / dayLength);
  }

  /**
   * When clocks there show so many minutes of a day. An hour that comes twice is told apart; in one that is left out it is the
   * moment when clocks are put forward.
   */
  instant(day: number, minutes: number, which: 'first' | 'last'): number {
    const shown = day * dayLength + minutes * minute;
    // A day before it is there, wherever there is, and a day after: nobody changes his clocks twice in between.
    const [before, after] = [this.#offsetOf(day - 1), this.#offsetOf(day + 2)];
    if (before === after) return shown - before;
    const found = [shown - before, shown - after].filter((time) => time + this.#offsetAt(time) === shown);
    if (found.length > 0) return which === 'first' ? Math.min(...found) : Math.max(...found);
    return this.#changeBetween(shown - Math.max(before, after), shown - Math.min(before, after));
  }

  /** How far clocks there are ahead of UTC when that day begins by UTC. */
  #offsetOf(day: number): number {
    const known = this.#offsets.get(day);
    if (known !== undefined) return known;
    const offset = this.#offsetAt(day * dayLength);
    this.#offsets.set(day, offset);
    return offset;
  }

  #offsetAt(time: number): number {
    const whole = Math.floor(time / minute) * minute;
    const { year, month, day, hour, minute: minutes } = localTime(new Date(whole), this.#timezone);
    return Date.UTC(year, month - 1, day, hour, minutes) - whole;
  }

  #changeBetween(from: number, to: number): number {
    const before = this.#offsetAt(from);
    let [low, high] = [from, to];
    while (high - low > minute) {
      const middle = Math.floor((low + high) / 2 / minute) * minute;
      if (this.#offsetAt(middle) === before) low = middle;
      else high = middle;
    }
    return high;
  }
}

/** `2026-03-01` */
export function dateOf(day: number): string {
  return new Date(day * dayLength).toISOString().slice(0, 10);
}

/** Monday is 0. */
export function weekdayOf(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}
