/** In decibels; what is softer is silence. */
const softest = -60;

/** From 0, which is silence, to 1. */
export function loudness(samples: Float32Array): number {
  let sum = 0;
  for (const sample of samples) sum += sample * sample;
  const decibels = 10 * Math.log10(sum / Math.max(1, samples.length));
  return Number.isFinite(decibels) ? Math.min(1, Math.max(0, 1 - decibels / softest)) : 0;
}
