import { afterEach, beforeEach, expect, test } from 'vitest';
import { type Clock, realClock, replaceClock } from '../../../src/core/clock.ts';
import { Strain } from '../../../src/core/strain.ts';

/** A clock whose only timer is wound by hand. */
let time = 0;
let look: () => void = () => undefined;
let restore: Disposable;
const clock: Clock = {
  ...realClock,
  now: () => time,
  every: (_, run) => {
    look = run;
    return { [Symbol.dispose]: () => (look = () => undefined) };
  },
};

beforeEach(() => {
  time = 1_000;
  restore = replaceClock(clock);
});
afterEach(() => restore[Symbol.dispose]());

const after = (ms: number): void => {
  time += ms;
  look();
};

test('timers that come in time are no strain', () => {
  using strain = new Strain();
  for (let count = 0; count < 20; count++) after(100);
  expect(strain.lag).toBe(0);
});

test('those that come late are, one that does once is hardly, and what is past is forgotten', () => {
  using strain = new Strain();
  for (let count = 0; count < 20; count++) after(100);
  after(600);
  expect(strain.lag).toBe(50);
  for (let count = 0; count < 10; count++) after(180);
  expect(strain.lag).toBeCloseTo(80);
  for (let count = 0; count < 10; count++) after(100);
  expect(strain.lag).toBe(0);
});

test('the memory is that of the process', () => {
  using strain = new Strain();
  expect(strain.memory).toBeGreaterThan(16_000_000);
});
