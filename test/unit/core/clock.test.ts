import { expect, test, vi } from 'vitest';
import { neverTime, wireTime, wireTimeNanos, zeroId } from '../../../src/core/clock.ts';

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
