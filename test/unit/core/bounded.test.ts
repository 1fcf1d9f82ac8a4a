import { expect, test } from 'vitest';
import { bounded, TookTooLong } from '../../../src/core/bounded.ts';

test('what is quick gives its value, or throws what it throws', () => {
  const object = { a: 1 };
  expect(bounded(1_000, () => object)).toBe(object);
  expect(bounded(1_000, () => undefined)).toBeUndefined();
  const error = new RangeError('mine');
  expect(() =>
    bounded(1_000, () => {
      throw error;
    }),
  ).toThrow(error);
});

test.each([
  [
    'a loop',
    () => {
      for (;;);
    },
  ],
  [
    'a loop that catches everything',
    () => {
      for (;;) {
        try {
          for (;;);
        } catch {}
      }
    },
  ],
  ['a regular expression', () => /(a+)+$/.test(`${'a'.repeat(40)}b`)],
])('%s without end is ended', (_, work) => {
  const began = performance.now();
  expect(() => bounded(100, work)).toThrow(TookTooLong);
  expect(performance.now() - began).toBeLessThan(30_000);
  expect(bounded(60_000, () => 7)).toBe(7);
});

test('bounded work may be inside bounded work', () => {
  expect(bounded(1_000, () => bounded(1_000, () => 1) + 1)).toBe(2);
});
