/** How a date, or a time of the day, is typed. */
export const dateFormats = [
  'YYYYMMDD',
  'DDMMYYYY',
  'MMDDYYYY',
  'YYMMDD',
  'DDMMYY',
  'MMDDYY',
  'MMYY',
  'DDMM',
  'MMDD',
  'HHmm',
] as const;

export type DateFormat = (typeof dateFormats)[number];

/**
 * A date as ISO 8601 writes it (`2026-03-01`, `2026-03`, `--03-01`), or a time (`09:30`); nothing where there is no such day.
 * Two digits of a year are of this century.
 */
export function dateIn(digits: string, format: DateFormat): string | undefined {
  if (digits.length !== format.length || !/^\d+$/.test(digits)) return undefined;
  const part = (letter: string): string =>
    [...digits].filter((_, index) => format[index] === letter).join('');
  if (format === 'HHmm') {
    const [hour, minute] = [part('H'), part('m')];
    return Number(hour) < 24 && Number(minute) < 60 ? `${hour}:${minute}` : undefined;
  }
  const [written, month, day] = [part('Y'), part('M'), part('D')];
  const year = written.length === 2 ? `20${written}` : written;
  // Without a year any that has the day will do.
  if (!isDay(Number(year || '2000'), Number(month), Number(day || '1'))) return undefined;
  return `${year || '-'}-${month}${day === '' ? '' : `-${day}`}`;
}

function isDay(year: number, month: number, day: number): boolean {
  if (year < 1 || month < 1 || month > 12 || day < 1) return false;
  return day <= daysOf(year, month);
}

function daysOf(year: number, month: number): number {
  const isLeap = year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0);
  if (month === 2) return isLeap ? 29 : 28;
  return [4, 6, 9, 11].includes(month) ? 30 : 31;
}
