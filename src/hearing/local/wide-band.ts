/** Between two samples lies the sum of those around, weighted by sin(x)/x within a window; of each side, the nearest first. */
const weights = Array.from({ length: 8 }, (_, index) => {
  const distance = Math.PI * (index + 0.5);
  const window = 0.54 + 0.46 * Math.cos(distance / 8);
  return (window * Math.sin(distance)) / distance;
});

/** Telephone audio as 16 000 samples a second. */
export function widened(samples: Int16Array): Int16Array {
  const wide = new Int16Array(2 * samples.length);
  for (const [index, sample] of samples.entries()) {
    wide[2 * index] = sample;
    wide[2 * index + 1] = clipped(behind(samples, index));
  }
  return wide;
}

function behind(samples: Int16Array, at: number): number {
  let sum = 0;
  for (const [index, weight] of weights.entries())
    sum += weight * ((samples[at - index] ?? 0) + (samples[at + 1 + index] ?? 0));
  return sum;
}

/** A part of full scale. */
const noisePeak = 0.003 * 32_768;

/**
 * With the faint noise of a room, white and the same each time: where digital silence is around it speech is understood half as
 * well.
 */
export function inRoom(samples: Int16Array): Int16Array {
  let random = 1;
  return samples.map((sample) => {
    random = (Math.imul(random, 1_664_525) + 1_013_904_223) >>> 0;
    return clipped(sample + (random / 2 ** 31 - 1) * noisePeak);
  });
}

function clipped(sample: number): number {
  return Math.max(-32_768, Math.min(32_767, Math.round(sample)));
}
