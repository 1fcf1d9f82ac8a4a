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
