/** What the words of `<prosody>` mean, as factors of what a voice does of itself. */
export const prosodyWords = {
  rate: { 'x-slow': 0.6, slow: 0.8, medium: 1, default: 1, fast: 1.25, 'x-fast': 1.6 },
  pitch: { 'x-low': 0.7, low: 0.85, medium: 1, default: 1, high: 1.15, 'x-high': 1.3 },
  volume: { silent: 0, 'x-soft': 0.3, soft: 0.65, medium: 1, default: 1, loud: 1.5, 'x-loud': 2.3 },
} as const satisfies Record<string, Record<string, number>>;

/** A value in figures, on top of what surrounds it; without a sign and in Hz or as a bare volume it stands alone. */
export function factorOf(
  name: keyof typeof prosodyWords,
  value: string,
  now: number,
  usualPitch: number,
): number {
  const [, sign = '', digits = '', unit = ''] = /^([+-]?)([\d.]+)(.*)$/.exec(value) ?? [];
  const number = Number(sign === '-' ? `-${digits}` : digits);
  const part = name === 'volume' && unit === '' ? number / 100 : number;
  switch (unit.toLowerCase()) {
    case '%':
      return sign ? now * (1 + number / 100) : (now * number) / 100;
    case 'db':
      return now * 10 ** (number / 20);
    case 'st':
      return now * 2 ** (number / 12);
    case 'hz':
      return sign ? now + number / usualPitch : number / usualPitch;
    default:
      if (name === 'volume') return sign ? now + part : part;
      return now * (sign ? 1 + part : part);
  }
}
