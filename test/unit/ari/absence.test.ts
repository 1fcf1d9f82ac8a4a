import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Absence } from '../../../src/ari/absence.ts';
import { AriError } from '../../../src/ari/transport.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const refused = new AriError(0, 'no connection to ARI', { cause: { code: 'ECONNREFUSED' } });
const silent = new AriError(0, 'no connection to ARI', { cause: { code: 'ETIMEDOUT' } });
const starting = new AriError(503, 'ARI answered 503 to the WebSocket');

test.each([
  ['nobody listens', [refused], 2_000],
  ['nobody listened, and now it starts', [refused, starting], 2_000],
  ['somebody is there and says nothing', [silent], 30_000],
  ['it answers that it cannot', [starting], 30_000],
])('where %s its calls are over after a while, once', (_, failures, bound) => {
  const absence = new Absence();
  absence.began();
  for (const failure of failures) expect(absence.isFinal(failure)).toBe(false);
  vi.advanceTimersByTime(bound - 1);
  expect(absence.isFinal(failures.at(-1))).toBe(false);
  vi.advanceTimersByTime(1);
  expect(absence.isFinal(failures.at(-1))).toBe(true);
  vi.advanceTimersByTime(60_000);
  expect(absence.isFinal(failures.at(-1))).toBe(false);
});

test('an Asterisk that never was there has no calls, and one that has come back has its again', () => {
  const absence = new Absence();
  vi.advanceTimersByTime(60_000);
  expect(absence.isFinal(refused)).toBe(false);
  absence.began();
  absence.over();
  vi.advanceTimersByTime(60_000);
  expect(absence.isFinal(refused)).toBe(false);
});
