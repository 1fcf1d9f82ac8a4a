import { systemTime } from '../core/clock.ts';

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Callers at the same time, and a list that is played again and again, ask once. */
const least = 5_000;
/** What is said to be good for a year is asked about once a day all the same. */
const most = 86_400_000;

/**
 * Until when, in milliseconds since 1970, an answer may be used without asking again (RFC 9111, as a private cache):
 * `max-age`, else `Expires`; without either for a moment only.
 */
export function freshUntil(headers: Headers, now = systemTime()): number {
  const control = text(headers['cache-control']).toLowerCase();
  if (/\bno-(store|cache)\b/.test(control)) return now;
  return now + Math.min(most, Math.max(least, lifetime(headers, control)));
}

function lifetime(headers: Headers, control: string): number {
  const age = Number(text(headers.age)) || 0;
  const maxAge = /(?<![\w-])max-age="?(\d{1,10})/.exec(control)?.[1];
  if (maxAge !== undefined) return (Number(maxAge) - age) * 1_000;
  const expires = Date.parse(text(headers.expires)) - Date.parse(text(headers.date));
  return Number.isNaN(expires) ? 0 : expires - age * 1_000;
}

function text(value: string | readonly string[] | undefined): string {
  return typeof value === 'string' ? value : (value?.join(', ') ?? '');
}
