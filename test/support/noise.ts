/** White noise, the same each time: as loud as `loudness`, a root mean square of 32 767. */
export function whiteNoise(count: number, loudness: number, seed = 1): Int16Array {
  let state = (seed * 2_654_435_761 + 1) >>> 0;
  return Int16Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.round((state / 2 ** 31 - 1) * loudness * Math.sqrt(3));
  });
}

/** Two sounds at once, as long as the first. */
export function mixed(one: Int16Array, other: Int16Array): Int16Array {
  return one.map((sample, index) => Math.max(-32_768, Math.min(32_767, sample + (other[index] ?? 0))));
}
