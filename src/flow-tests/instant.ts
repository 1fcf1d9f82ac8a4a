import { isTimeZone } from '../flows/local-time.ts';
import { ZoneClock } from '../schedules/zone-clock.ts';

const day = 86_400_000;

/**
 * Milliseconds since 1970 of `2026-12-24T18:05+01:00`, or of `2026-12-24 18:05 Europe/Berlin`, as clocks there show it; nothing where it
 * is no such moment.
 */
export function instantIn(text: string): number | undefined {
  const [, date = '', time = '', zone = ''] =
    /^(\d{4}-\d\d-\d\d)[T ]((?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d)?) ?(\S+)$/.exec(text) ?? [];
  const midnight = Date.parse(`${date}T00:00Z`);
  if (Number.isNaN(midnight) || new Date(midnight).toISOString().slice(0, 10) !== date) return undefined;
  if (/^(Z|[+-]\d\d:\d\d)$/.test(zone)) {
    const instant = Date.parse(`${date}T${time}${zone}`);
    return Number.isNaN(instant) ? undefined : instant;
  }
  if (!isTimeZone(zone)) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = time.split(':').map(Number);
  return new ZoneClock(zone).instant(midnight / day, hours * 60 + minutes, 'first') + seconds * 1_000;
}
