import { expect, test } from 'vitest';
import { framesOf } from '../../bench/frames.ts';

test('frames are counted from the first to the last, and the longest wait for one is told', () => {
  const frames = [1_000, 1_016, 1_032, 1_500, 2_000];
  expect(framesOf({ frames, redrawn: 3, tasks: [60, 130, 70] })).toEqual({
    rate: 4,
    redrawn: 3,
    longestGap: 500,
    longestTask: 130,
  });
});

test('a page without a long task has none; of a single frame nothing can be told', () => {
  expect(framesOf({ frames: [0, 20, 40], redrawn: 0, tasks: [] })).toMatchObject({
    rate: 50,
    longestTask: 0,
  });
  expect(framesOf({ frames: [5], redrawn: 0, tasks: [] })).toMatchObject({
    rate: Number.NaN,
    longestGap: Number.NaN,
  });
});
