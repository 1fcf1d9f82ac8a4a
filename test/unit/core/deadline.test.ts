import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Deadline } from '../../../src/core/deadline.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

test('passes when its time is up, which its reason says', async () => {
  using deadline = new Deadline(1_000);
  await vi.advanceTimersByTimeAsync(999);
  expect([deadline.hasPassed, deadline.signal.aborted]).toEqual([false, false]);
  await vi.advanceTimersByTimeAsync(1);
  expect([deadline.hasPassed, deadline.signal.aborted]).toEqual([true, true]);
  expect(deadline.signal.reason).toMatchObject({ name: 'TimeoutError' });
});

test('is the end of its caller as well, which is no passing, also where that came first', () => {
  const abort = new AbortController();
  using deadline = new Deadline(1_000, abort.signal);
  abort.abort();
  expect([deadline.hasPassed, deadline.signal.aborted]).toEqual([false, true]);
  using late = new Deadline(1_000, abort.signal);
  expect([late.hasPassed, late.signal.aborted]).toEqual([false, true]);
});

test('holds nothing once disposed', async () => {
  const { signal } = new AbortController();
  const deadline = new Deadline(1_000, signal);
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  deadline[Symbol.dispose]();
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(2_000);
  expect(deadline.signal.aborted).toBe(false);
});
