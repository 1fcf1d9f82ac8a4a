import { goertzel, isSilent, sampleRate, tone } from './tones.ts';

const rows = [697, 770, 852, 941];
const columns = [1_209, 1_336, 1_477, 1_633];
const keypad = ['123A', '456B', '789C', '*0#D'];

/** The two frequencies of a key. */
export function dtmfFrequencies(digit: string): readonly [number, number] {
  const row = keypad.findIndex((keys) => keys.includes(digit.toUpperCase()));
  const column = keypad[row]?.indexOf(digit.toUpperCase()) ?? -1;
  const [low, high] = [rows[row], columns[column]];
  if (low === undefined || high === undefined) throw new RangeError(`no such key: ${digit}`);
  return [low, high];
}

/** Digits as sound: 100 ms each and 100 ms of silence after each where nothing else is asked. */
export function dtmfTones(digits: string, { duration = 100, gap = 100, amplitude = 6_000 } = {}): Int16Array {
  const [on, off] = [(duration * sampleRate) / 1_000, (gap * sampleRate) / 1_000];
  const samples = new Int16Array((on + off) * digits.length);
  [...digits].forEach((digit, index) => {
    samples.set(tone(dtmfFrequencies(digit), on, { amplitude }), index * (on + off));
  });
  return samples;
}

/** The key heard in these samples (30 ms at least), where there is one. */
export function dtmfDigit(samples: Int16Array): string | undefined {
  if (isSilent(samples)) return undefined;
  const [row, column] = [loudest(samples, rows), loudest(samples, columns)];
  // Each of the pair holds half the sound; speech spreads it.
  return row.share > 0.25 && column.share > 0.25 ? keypad[row.index]?.[column.index] : undefined;
}

function loudest(samples: Int16Array, frequencies: readonly number[]): { index: number; share: number } {
  const shares = frequencies.map((frequency) => goertzel(samples, frequency));
  const share = Math.max(...shares);
  return { index: shares.indexOf(share), share };
}
