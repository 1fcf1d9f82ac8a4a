const units = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000 } as const;

/** Milliseconds of a duration as people write it, `90s`, `1.5s`, `1h 30m`; nothing where it is none. */
export function durationIn(text: string): number | undefined {
  if (!/^\d+(\.\d+)?(ms|s|m|h)( ?\d+(\.\d+)?(ms|s|m|h))*$/.test(text)) return undefined;
  const parts = text.matchAll(/([\d.]+)(ms|s|m|h)/g);
  return [...parts].reduce(
    (sum, [, number, unit]) => sum + Number(number) * units[unit as keyof typeof units],
    0,
  );
}

/** `0:07.3`, `12:00.0`, `1:02:03.0`: how far into a call something is. */
export function clockTime(ms: number): string {
  const tenths = Math.floor(ms / 100);
  const [hours, minutes, seconds] = [tenths / 36_000, (tenths / 600) % 60, (tenths / 10) % 60].map(
    Math.floor,
  );
  const two = (number = 0): string => String(number).padStart(2, '0');
  const end = `${two(seconds)}.${tenths % 10}`;
  return hours ? `${hours}:${two(minutes)}:${end}` : `${minutes}:${end}`;
}
