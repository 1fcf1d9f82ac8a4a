/** Samples a second of everything here: telephone audio. */
export const sampleRate = 8_000;

/** Samples of one 20 ms packet. */
export const frameSize = 160;

export interface ToneOptions {
  /** Peak, of 32 767. Two tones of a DTMF pair have it each. */
  readonly amplitude?: number;
  /** Sample the tone begins at, so that frames made one after the other join without a click. */
  readonly offset?: number;
}

/** `count` samples of the sum of some sine waves. */
export function tone(
  frequencies: number | readonly number[],
  count: number,
  options: ToneOptions = {},
): Int16Array {
  const { amplitude = 8_000, offset = 0 } = options;
  const waves = typeof frequencies === 'number' ? [frequencies] : frequencies;
  const samples = new Int16Array(count);
  for (let index = 0; index < count; index++) {
    const time = (offset + index) / sampleRate;
    let sum = 0;
    for (const frequency of waves) sum += Math.sin(2 * Math.PI * frequency * time);
    samples[index] = Math.max(-32_768, Math.min(32_767, Math.round(sum * amplitude)));
  }
  return samples;
}

/** Root mean square: how loud, 0 … 32 767. */
export function loudness(samples: Int16Array): number {
  return samples.length === 0 ? 0 : Math.sqrt(energy(samples) / samples.length);
}

export function energy(samples: Int16Array): number {
  let total = 0;
  for (const sample of samples) total += sample * sample;
  return total;
}

/**
 * The share of the sound that is at `frequency`, 0 … 1 (Goertzel). A pure tone gives nearly 1, silence 0, a tone of a
 * DTMF pair 0.5. The resolution is 8 000 / samples.length Hz: 100 ms tell 10 Hz apart.
 */
export function goertzel(samples: Int16Array, frequency: number): number {
  const total = energy(samples);
  if (total === 0) return 0;
  const omega = (2 * Math.PI * frequency) / sampleRate;
  const coefficient = 2 * Math.cos(omega);
  let previous = 0;
  let beforePrevious = 0;
  for (const sample of samples) {
    const current = sample + coefficient * previous - beforePrevious;
    beforePrevious = previous;
    previous = current;
  }
  const power = previous ** 2 + beforePrevious ** 2 - coefficient * previous * beforePrevious;
  return Math.min(1, (2 * power) / (samples.length * total));
}

/**
 * The share of all sound that is at `frequency`, 0 … 1, judged 20 ms at a time: silence does not count, nor do leaps of the phase, which
 * are where packets came late or not at all. The resolution is 50 Hz.
 */
export function soundShare(samples: Int16Array, frequency: number): number {
  let [sound, all] = [0, 0];
  for (let at = 0; at + frameSize <= samples.length; at += frameSize) {
    const piece = samples.subarray(at, at + frameSize);
    const loud = energy(piece);
    sound += loud * goertzel(piece, frequency);
    all += loud;
  }
  return all === 0 ? 0 : sound / all;
}

/** Below this root mean square there is silence: G.711 noise and comfort noise are well under it. */
export const silenceThreshold = 150;

export function isSilent(samples: Int16Array): boolean {
  return loudness(samples) < silenceThreshold;
}

/** The strongest frequency between 200 and 3 400 Hz, to 5 Hz; undefined where there is silence or only noise. */
export function dominantFrequency(samples: Int16Array, minimumShare = 0.4): number | undefined {
  if (isSilent(samples)) return undefined;
  // The longer the stretch, the finer the steps must be not to step over a tone; 200 ms are fine enough.
  const stretch = samples.subarray(0, sampleRate / 5);
  const step = Math.min(25, sampleRate / stretch.length);
  const coarse = strongest(stretch, { from: 200, to: 3_400, step });
  const fine = strongest(stretch, { from: coarse.frequency - step, to: coarse.frequency + step, step: 1 });
  return fine.share >= minimumShare ? 5 * Math.round(fine.frequency / 5) : undefined;
}

interface Range {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

function strongest(samples: Int16Array, { from, to, step }: Range): { frequency: number; share: number } {
  let best = { frequency: from, share: 0 };
  for (let frequency = from; frequency <= to; frequency += step) {
    const share = goertzel(samples, frequency);
    if (share > best.share) best = { frequency, share };
  }
  return best;
}
