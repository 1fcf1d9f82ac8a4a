import { getEventListeners } from 'node:events';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { now } from '../../../src/core/clock.ts';
import {
  at,
  after as later,
  onAbort,
  orAbort,
  sleep,
  sleepUntil,
  whenAborted,
  within,
} from '../../../src/core/wait.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  expect(vi.getTimerCount()).toBe(0);
  vi.useRealTimers();
});

const never = new Promise<never>(() => undefined);
const reason = new Error('over');

describe('sleep', () => {
  test('resolves after its time', async () => {
    const { signal, listeners } = countedSignal();
    const slept = sleep(1_000, signal);
    await vi.advanceTimersByTimeAsync(1_000);
    await slept;
    expect(listeners()).toBe(0);
  });

  test('rejects with the reason when aborted, and before it has begun', async () => {
    const abort = new AbortController();
    const slept = sleep(1_000, abort.signal);
    abort.abort(reason);
    await expect(slept).rejects.toBe(reason);
    await expect(sleep(1_000, abort.signal)).rejects.toBe(reason);
  });
});

describe('within', () => {
  test('is the value, in time', async () => {
    const { signal, listeners } = countedSignal();
    expect(await within(Promise.resolve(7), 1_000, signal)).toBe(7);
    expect(listeners()).toBe(0);
  });

  test('is undefined when it takes too long', async () => {
    const { signal, listeners } = countedSignal();
    const waited = within(never, 1_000, signal);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await waited).toBeUndefined();
    expect(listeners()).toBe(0);
  });

  test('passes errors on, and turns them into the reason once aborted', async () => {
    await expect(within(Promise.reject(new Error('broken')), 1_000)).rejects.toThrow('broken');
    const abort = new AbortController();
    const waited = within(never, 1_000, abort.signal);
    abort.abort(reason);
    await expect(waited).rejects.toBe(reason);
  });

  test('leaves no unhandled rejection behind when aborted before it began', async () => {
    await expect(
      within(Promise.reject(new Error('nobody waits')), 1_000, AbortSignal.abort(reason)),
    ).rejects.toBe(reason);
    await vi.advanceTimersByTimeAsync(0);
  });

  test('leaves no unhandled rejection behind when the promise fails too late', async () => {
    const late = Promise.withResolvers<never>();
    const waited = within(late.promise, 10);
    await vi.advanceTimersByTimeAsync(10);
    expect(await waited).toBeUndefined();
    late.reject(new Error('late'));
    await vi.advanceTimersByTimeAsync(0);
  });
});

describe('orAbort', () => {
  test('is the value or the error', async () => {
    const { signal, listeners } = countedSignal();
    expect(await orAbort(Promise.resolve(7), signal)).toBe(7);
    await expect(orAbort(Promise.reject(new Error('broken')), signal)).rejects.toThrow('broken');
    await Promise.resolve();
    expect(listeners()).toBe(0);
  });

  test('is the reason when aborted, before or meanwhile', async () => {
    const abort = new AbortController();
    const waited = orAbort(never, abort.signal);
    abort.abort(reason);
    await expect(waited).rejects.toBe(reason);
    await expect(orAbort(never, abort.signal)).rejects.toBe(reason);
  });

  test('leaves no unhandled rejection behind when aborted before it began', async () => {
    await expect(orAbort(Promise.reject(new Error('nobody waits')), AbortSignal.abort(reason))).rejects.toBe(
      reason,
    );
    await vi.advanceTimersByTimeAsync(0);
  });
});

describe('after', () => {
  test('runs once, unless disposed before', async () => {
    const run = vi.fn();
    later(1_000, run);
    later(1_000, run)[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('waits long for a very long time', async () => {
    const run = vi.fn();
    const timer = later(365 * 86_400_000, run);
    await vi.advanceTimersByTimeAsync(86_400_000);
    expect(run).not.toHaveBeenCalled();
    timer[Symbol.dispose]();
  });
});

describe('at', () => {
  test('runs at its instant, unless disposed before', async () => {
    const run = vi.fn();
    at(now() + 1_000, run);
    at(now() + 1_000, run)[Symbol.dispose]();
    await vi.advanceTimersByTimeAsync(999);
    expect(run).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(5_000);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('runs at once, in a turn of its own, where the instant has passed', async () => {
    const run = vi.fn();
    at(now() - 1_000, run);
    expect(run).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(run).toHaveBeenCalledTimes(1);
  });

  test('waits for an instant that is further away than any timer of Node', async () => {
    const run = vi.fn();
    const days = 86_400_000;
    at(now() + 60 * days, run);
    await vi.advanceTimersByTimeAsync(60 * days - 1);
    expect(run).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(run).toHaveBeenCalledTimes(1);
    at(now() + 60 * days, run)[Symbol.dispose]();
  });

  test('cuts no part of a millisecond off', async () => {
    const run = vi.fn();
    at(now() + 9.25, run);
    await vi.advanceTimersByTimeAsync(9);
    expect(run).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(1);
    expect(run).toHaveBeenCalledTimes(1);
  });
});

describe('sleepUntil', () => {
  test('resolves at the instant', async () => {
    const { signal, listeners } = countedSignal();
    const slept = sleepUntil(now() + 1_000, signal);
    await vi.advanceTimersByTimeAsync(1_000);
    await slept;
    expect(listeners()).toBe(0);
  });

  test('rejects with the reason when aborted, also where the instant has passed', async () => {
    const abort = new AbortController();
    const slept = sleepUntil(now() + 1_000, abort.signal);
    abort.abort(reason);
    await expect(slept).rejects.toBe(reason);
    await expect(sleepUntil(now() - 1_000, abort.signal)).rejects.toBe(reason);
  });
});

describe('onAbort', () => {
  test('runs once it is aborted, at once where it is, and not when disposed before', () => {
    const run = vi.fn();
    const abort = new AbortController();
    onAbort(abort.signal, run);
    onAbort(abort.signal, run)[Symbol.dispose]();
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(1);
    abort.abort();
    expect(run).toHaveBeenCalledTimes(1);
    onAbort(abort.signal, run)[Symbol.dispose]();
    expect(run).toHaveBeenCalledTimes(2);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });
});

describe('whenAborted', () => {
  test('resolves when what it waits for is aborted, and listens no more', async () => {
    const [awaited, abort] = [new AbortController(), new AbortController()];
    const waited = whenAborted(awaited.signal, abort.signal);
    awaited.abort();
    await waited;
    await whenAborted(awaited.signal, abort.signal);
    expect(getEventListeners(abort.signal, 'abort')).toHaveLength(0);
  });

  test('rejects with the reason when the other is aborted first, and listens no more', async () => {
    const [awaited, abort] = [new AbortController(), new AbortController()];
    const waited = whenAborted(awaited.signal, abort.signal);
    abort.abort(reason);
    await expect(waited).rejects.toBe(reason);
    expect(getEventListeners(awaited.signal, 'abort')).toHaveLength(0);
  });
});

/** A signal that knows how many listen to it. */
function countedSignal() {
  const { signal } = new AbortController();
  let count = 0;
  const add = signal.addEventListener.bind(signal);
  const remove = signal.removeEventListener.bind(signal);
  signal.addEventListener = (...args: Parameters<typeof add>) => {
    count++;
    add(...args);
  };
  signal.removeEventListener = (...args: Parameters<typeof remove>) => {
    count--;
    remove(...args);
  };
  return { signal, listeners: () => count };
}
