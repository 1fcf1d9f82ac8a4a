import { expect, test } from 'vitest';
import { type Frames, framesOf, shortfalls } from '../../bench/frames.ts';

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

const frames = (rate: number, longestTask: number): Frames => ({
  ...{ rate, longestTask },
  ...{ redrawn: rate, longestGap: 1_000 / rate },
});

test('pages are to be smooth, and where they are clearly not it is said which, and in what', () => {
  const empty = frames(60, 0);
  const told = (live: Frames, editor: Frames): readonly string[] =>
    shortfalls(new Map(Object.entries({ live, editor })), empty);
  expect(told(frames(58, 60), frames(50, 100))).toEqual([]);
  // What is hardly missed may be the machine's.
  expect(told(frames(43, 115), frames(60, 0))).toEqual([]);
  expect(told(frames(40, 130), frames(Number.NaN, 0))).toEqual([
    'live: 40.0 frames a second, at least 41.7',
    'live: a task of 130 ms, at most 120',
    'editor: NaN frames a second, at least 41.7',
  ]);
});

test('no page is to be smoother than an empty one', () => {
  const pages = new Map([['live', frames(20, 250)]]);
  expect(shortfalls(pages, frames(22, 300))).toEqual([]);
  expect(shortfalls(pages, frames(40, 300))).toEqual(['live: 20.0 frames a second, at least 33.3']);
});
