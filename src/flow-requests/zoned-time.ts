import { millisOf } from '../core/clock.ts';

const formats = new Map<string, Intl.DateTimeFormat>();

/** A time on the wire (UTC) as `2022-01-17T18:07:28.889+05:30`, in a time zone. */
export function zonedTime(wireTime: string, timezone: string): string {
  const parts = new Map(
    formatOf(timezone)
      .formatToParts(millisOf(wireTime))
      .map(({ type, value }) => [type, value]),
  );
  const part = (type: Intl.DateTimeFormatPartTypes): string => parts.get(type) ?? '';
  const date = `${part('year')}-${part('month')}-${part('day')}`;
  const time = `${part('hour')}:${part('minute')}:${part('second')}.${part('fractionalSecond')}`;
  // `GMT+05:30`, and `GMT` alone for UTC.
  return `${date}T${time}${part('timeZoneName').replace('GMT', '') || '+00:00'}`;
}

/** Making one costs more than using it a thousand times. */
function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    fractionalSecondDigits: 3,
    timeZoneName: 'longOffset',
  });
  formats.set(timezone, format);
  return format;
}
