import { ordinal } from './number.ts';

type Part = 'y' | 'm' | 'd';

/** `2003-02-01`, `1.2.2003`, `2/1/2003` or what the format says, as it is written out in the language. */
export function dateAsText(text: string, format: string, language: string): string | undefined {
  const found = read(text, format.toLowerCase(), language);
  if (!found) return undefined;
  const { y, m, d } = found;
  const year =
    y === undefined ? 2_000 : y.length === 2 ? Number(y) + (Number(y) < 70 ? 2_000 : 1_900) : Number(y);
  const [month, day] = [Number(m ?? 1), Number(d ?? 1)];
  const date = new Date(Date.UTC(2_000, month - 1, day));
  date.setUTCFullYear(year);
  // The thirty-first of February is no date.
  if (year < 1 || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return new Intl.DateTimeFormat(language, {
    year: y === undefined ? undefined : 'numeric',
    month: m === undefined ? undefined : 'long',
    day: d === undefined ? undefined : 'numeric',
    timeZone: 'UTC',
  })
    .formatToParts(date)
    .map(({ type, value }) => (type === 'day' ? dayOf(value, language) : value))
    .join('');
}

/** Days of a month are counted where they are said so. */
function dayOf(day: string, language: string): string {
  return /^(en|fr)/.test(language) ? (ordinal(day, language) ?? day) : day;
}

function read(text: string, format: string, language: string): Partial<Record<Part, string>> | undefined {
  const numbers = text.split(/[\s./-]+/);
  if (!numbers.every((number) => /^\d{1,8}$/.test(number))) return undefined;
  const order = [...new Set(format.replace(/[^ymd]/g, '') || guess(text, language))] as Part[]; // only these letters are left
  const whole = numbers.length === 1 && order.length === 3 ? /^(\d{4})(\d{2})(\d{2})$/.exec(text) : null;
  const values = whole ? [whole[1], whole[2], whole[3]] : numbers;
  const parts = whole ? (['y', 'm', 'd'] as const) : order;
  if (parts.length === 0 || values.length !== parts.length) return undefined;
  const found = Object.fromEntries(parts.map((part, index) => [part, values[index]]));
  return Object.entries(found).every(([part, value]) => (value ?? '').length <= (part === 'y' ? 4 : 2))
    ? found
    : undefined;
}

/** The order of a date that does not say: years stand first or last, and only in the USA months before days. */
function guess(text: string, language: string): string {
  if (/^\d{4}\D/.test(text) || /^\d{8}$/.test(text)) return 'ymd';
  if (/^\d{1,2}\D+\d{1,2}\D+\d{2,4}$/.test(text))
    return text.includes('/') && language.startsWith('en-us') ? 'mdy' : 'dmy';
  return '';
}
