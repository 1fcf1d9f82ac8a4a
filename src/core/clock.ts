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
  last = Math.max(last + 1, Math.round((performance.timeOrigin + performance.now()) * 1_000));
  return last;
}

/** Microseconds since 1970 as on the wire: `2022-04-11 00:23:54.724620` (UTC). */
export function wireTime(micros: number = nowMicros()): string {
  return `${dateAndTime(micros)}.${fraction(micros)}`;
}

/** As `wireTime` with nine decimals: `2022-04-11 00:23:55.012416032`, the form of `tm_execute`. */
export function wireTimeNanos(micros: number = nowMicros()): string {
  return `${wireTime(micros)}000`;
}

/** Milliseconds since 1970 of a time on the wire. */
export function millisOf(time: string): number {
  return Date.parse(`${time.slice(0, 23).replace(' ', 'T')}Z`);
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
