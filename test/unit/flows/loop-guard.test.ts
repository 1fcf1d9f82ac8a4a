import { expect, test } from 'vitest';
import { LoopGuard } from '../../../src/flows/loop-guard.ts';

function admitted(guard: LoopGuard, milliseconds: number, most: number): number {
  for (let count = 0; count < most; count++) {
    if (!guard.admit()) return count;
    guard.waited(milliseconds);
  }
  return most;
}

test('500 actions without waiting are admitted, and no more', () => {
  expect(admitted(new LoopGuard(), 0, 10_000)).toBe(500);
});

test('a second of waiting in all gives another 500', () => {
  const guard = new LoopGuard();
  expect(admitted(guard, 2.5, 400)).toBe(400); // a second
  expect(admitted(guard, 0, 10_000)).toBe(500);
});

test('flows that wait are admitted 10 000 actions', () => {
  expect(admitted(new LoopGuard(), 1_000, 20_000)).toBe(10_000);
});

test('what is computed for a flow is bounded, and a twentieth of its waiting is free', () => {
  const computing = (waited: number): number => {
    const guard = new LoopGuard();
    for (let count = 0; count < 5_000; count++) {
      if (!guard.admit()) return count;
      guard.computed(500);
      guard.waited(waited);
    }
    return 5_000;
  };
  expect(computing(20)).toBeLessThan(25);
  expect(computing(10_000)).toBe(5_000);
});
