import type { Chance } from '../core/random.ts';

/** Numbers from 0 to 1, the same for the same seed (mulberry32): what a run has shown can be shown again. */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Ids and choices that are the same for the same seed. */
export function chanceOf(seed: number): Chance {
  const number = randomOf(seed);
  const hex = (digits: number): string =>
    Math.floor(number() * 16 ** digits)
      .toString(16)
      .padStart(digits, '0');
  return {
    number,
    digits: () => hex(8) + hex(8) + hex(4),
    uuid: () => {
      const variant = (8 + Math.floor(number() * 4)).toString(16);
      return `${hex(8)}-${hex(4)}-4${hex(3)}-${variant}${hex(3)}-${hex(8)}${hex(4)}`;
    },
  };
}
