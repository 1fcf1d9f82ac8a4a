import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  neverTime,
  now,
  nowMicros,
  systemTime,
  wireTime,
  wireTimeNanos,
  zeroId,
} from '../../../src/core/clock.ts';
import { after, at, sleep, sleepUntil, within } from '../../../src/core/wait.ts';
import { UnsteadyClock } from '../../support/unsteady-clock.ts';

const some = Date.UTC(2022, 3, 11, 0, 23, 54, 724) * 1_000 + 620;

test('times have the forms of the seeds', () => {
  expect(wireTime(some)).toBe('2022-04-11 00:23:54.724620');
  expect(wireTimeNanos(some)).toBe('2022-04-11 00:23:54.724620000');
  expect(neverTime).toBe('9999-01-01 00:00:00.000000');
  expect(zeroId).toBe('00000000-0000-0000-0000-000000000000');
});

test('leading zeros stay, and each second has its own text', () => {
  expect(wireTime(some - 724_620)).toBe('2022-04-11 00:23:54.000000');
  expect(wireTime(some - 724_621)).toBe('2022-04-11 00:23:53.999999');
  expect(wireTime(some - 724_613)).toBe('2022-04-11 00:23:54.000007');
  expect(wireTime(some + 0.75)).toBe('2022-04-11 00:23:54.724620'); // an instant of the clock has fractions
});

test('the present is about now, whole, and never the same twice', async () => {
  vi.resetModules(); // it never goes back, and other tests have been in the future
  const fresh = await import('../../../src/core/clock.ts');
  const times = Array.from({ length: 10_000 }, fresh.nowMicros);
  expect(Math.abs((times[0] ?? 0) / 1_000 - Date.now())).toBeLessThan(5_000);
  expect(times.every(Number.isInteger)).toBe(true);
  expect(times.every((time, index) => index === 0 || time > (times[index - 1] ?? 0))).toBe(true);
});

test('as text they sort as they were', () => {
  const texts = Array.from({ length: 1_000 }, () => wireTime());
  expect(texts).toEqual([...texts].sort());
});

test('by both clocks it is about now', () => {
  expect(Math.abs(now() - Date.now())).toBeLessThan(5_000);
  expect(Math.abs(systemTime() - Date.now())).toBeLessThan(5_000);
});

describe("when the system's clock is set", () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  const hour = 3_600_000;

  test.each([
    ['forward', hour],
    ['back', -hour],
    ['forward by a year', 8_760 * hour],
  ])('%s, no wait is shorter or longer for it', async (_, by) => {
    vi.useFakeTimers();
    const over: string[] = [];
    const { signal } = new AbortController();
    const note = (what: string) => () => void over.push(what);
    const [present, system] = [now(), systemTime()];
    void sleep(10_000, signal).then(note('sleep'));
    void within(new Promise(() => undefined), 10_000).then(note('within'));
    void sleepUntil(now() + 10_000, signal).then(note('sleepUntil'));
    after(10_000, note('after'));
    at(now() + 10_000, note('at'));
    await vi.advanceTimersByTimeAsync(4_000);
    vi.setSystemTime(Date.now() + by);
    expect(now() - present).toBe(4_000);
    expect(systemTime() - system).toBe(4_000 + by);
    await vi.advanceTimersByTimeAsync(5_999);
    expect(over).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(over.sort()).toEqual(['after', 'at', 'sleep', 'sleepUntil', 'within']);
    expect(now() - present).toBe(10_000);
  });

  test.each([hour, -hour])('by %d ms, what is written goes on from where it was', (by) => {
    vi.useFakeTimers();
    const before = nowMicros();
    vi.setSystemTime(Date.now() + by);
    expect(nowMicros() - before).toBeGreaterThan(0);
    expect(nowMicros() - before).toBeLessThan(1_000_000);
  });
});

describe('a clock in place of it', () => {
  test('tells the time of everything until it is disposed', () => {
    {
      using clock = new UnsteadyClock('2024-02-29T12:00:00Z');
      expect(wireTime()).toBe('2024-02-29 12:00:00.000000');
      expect(now()).toBe(Date.UTC(2024, 1, 29, 12));
      clock.setSystemTimeBy(-1_000);
      expect(systemTime()).toBe(Date.UTC(2024, 1, 29, 11, 59, 59));
    }
    expect(Math.abs(now() - Date.now())).toBeLessThan(5_000);
    expect(Math.abs(nowMicros() / 1_000 - Date.now())).toBeLessThan(5_000);
  });
});

test('what is due since before is due at once, without a warning of Node', async () => {
  const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
  await sleepUntil(now() - 60_000, new AbortController().signal);
  expect(warn).not.toHaveBeenCalled();
  warn.mockRestore();
});
