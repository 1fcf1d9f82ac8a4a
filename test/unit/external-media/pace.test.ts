import { expect, test } from 'vitest';
import { Pace } from '../../../src/external-media/pace.ts';

test('audio in time passes for ever', () => {
  const pace = new Pace(200);
  for (let frame = 0; frame < 1_000; frame++) expect(pace.admits(20, frame * 20)).toBe(true);
});

test('what comes too early passes up to the limit, and again when some of it has been played', () => {
  const pace = new Pace(200);
  const burst = Array.from({ length: 20 }, () => pace.admits(20, 1_000));
  expect(burst.filter(Boolean)).toHaveLength(11);
  expect(burst.lastIndexOf(true)).toBe(10);
  expect(pace.admits(20, 1_010)).toBe(false);
  expect(pace.admits(20, 1_020)).toBe(true);
});

test('a silence is no credit for later', () => {
  const pace = new Pace(200);
  pace.admits(20, 0);
  const burst = Array.from({ length: 20 }, () => pace.admits(20, 60_000));
  expect(burst.filter(Boolean)).toHaveLength(11);
});

test('what was taken back counts no more', () => {
  const pace = new Pace(100);
  expect(pace.admits(10_000, 0)).toBe(true);
  expect(pace.admits(20, 0)).toBe(false);
  pace.reset();
  expect(pace.admits(20, 0)).toBe(true);
});
