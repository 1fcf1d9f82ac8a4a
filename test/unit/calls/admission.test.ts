import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Admission, type AdmissionOptions } from '../../../src/calls/admission.ts';
import { neverTime } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

function given(limits: AdmissionOptions['limits'] = {}) {
  const figures = { live: 0, lag: 0, memory: 0 };
  const refused: string[] = [];
  const lines: object[] = [];
  const admission = new Admission({
    limits,
    live: () => figures.live,
    strain: figures,
    onRefused: (direction, why) => refused.push(`${direction} ${why}`),
    log: { ...silentLog, warn: (fields) => lines.push(fields) },
  });
  return { admission, figures, refused, lines };
}

const refusal = (code: string) => expect.objectContaining({ code });

test('without limits everybody comes in', () => {
  const { admission, figures, refused } = given();
  figures.live = 1_000_000;
  figures.lag = 60_000;
  expect(Array.from({ length: 1_000 }, () => admission.take('incoming'))).toEqual(
    Array(1_000).fill(undefined),
  );
  admission.check(1_000);
  expect(refused).toEqual([]);
});

test('with as many calls as may live no more begin, until one of them ends', () => {
  const { admission, figures, refused } = given({ calls: 3 });
  figures.live = 2;
  admission.check(1);
  expect(() => admission.check(2)).toThrow(refusal('OVERLOADED'));
  expect(admission.take('incoming')).toBeUndefined();
  figures.live = 3;
  expect(admission.take('incoming')).toBe('limit_calls');
  expect(() => admission.make()).toThrow('ARIFLOW_LIMIT_CALLS');
  figures.live = 2;
  expect(admission.take('incoming')).toBeUndefined();
  expect(refused).toEqual(['outgoing limit_calls', 'incoming limit_calls', 'outgoing limit_calls']);
});

test('in a second so many begin, in both directions together; one that was refused does not count', () => {
  const { admission } = given({ cps: 2 });
  expect(admission.take('incoming')).toBeUndefined();
  admission.make();
  expect(admission.take('incoming')).toBe('limit_cps');
  expect(() => admission.make()).toThrow(refusal('OVERLOADED'));
  vi.advanceTimersByTime(1_001);
  admission.check(2);
  expect(() => admission.check(3)).toThrow('ARIFLOW_LIMIT_CPS');
  expect([1, 2, 3].map(() => admission.take('incoming'))).toEqual([undefined, undefined, 'limit_cps']);
});

test.each([
  ['lag', 'limit_lag', 'ARIFLOW_LIMIT_LAG'],
  ['memory', 'limit_memory', 'ARIFLOW_LIMIT_MEMORY'],
] as const)('beyond the limit of %s nobody comes in, and below it everybody', (figure, why, setting) => {
  const { admission, figures } = given({ [figure]: 100 });
  figures[figure] = 100;
  expect(admission.take('incoming')).toBeUndefined();
  figures[figure] = 101;
  expect(admission.take('incoming')).toBe(why);
  expect(() => admission.make()).toThrow(setting);
  figures[figure] = 99;
  admission.make();
});

test('drained, nobody comes in until it is undone; stopping, nobody comes in any more', () => {
  const { admission, refused } = given();
  expect(admission.drainedSince).toBe(neverTime);
  admission.drain();
  const since = admission.drainedSince;
  expect(since).not.toBe(neverTime);
  expect(admission.closedFor).toBe('draining');
  expect(admission.take('incoming')).toBe('draining');
  expect(() => admission.make()).toThrow(refusal('SHUTTING_DOWN'));
  vi.advanceTimersByTime(5_000);
  admission.drain();
  expect(admission.drainedSince).toBe(since);
  admission.open();
  expect(admission.closedFor).toBeUndefined();
  expect(admission.drainedSince).toBe(neverTime);
  admission.make();
  admission.stop();
  expect(admission.closedFor).toBe('stopping');
  expect(admission.take('incoming')).toBe('stopping');
  expect(() => admission.check(1)).toThrow(refusal('SHUTTING_DOWN'));
  expect(refused).toEqual([
    'incoming draining',
    'outgoing draining',
    'incoming stopping',
    'outgoing stopping',
  ]);
});

test('refusals are told in one line a minute, with how many there were and why', () => {
  const { admission, figures, lines } = given({ calls: 1, lag: 50 });
  figures.live = 1;
  for (let count = 0; count < 20; count++) admission.take('incoming');
  expect(lines).toEqual([{ limit_calls: 1, calls: 1, lag: 0, memory: 0 }]);
  figures.live = 0;
  figures.lag = 80.4;
  vi.advanceTimersByTime(59_000);
  admission.take('incoming');
  expect(lines).toHaveLength(1);
  vi.advanceTimersByTime(1_000);
  admission.take('incoming');
  expect(lines[1]).toEqual({ limit_calls: 19, limit_lag: 2, calls: 0, lag: 80, memory: 0 });
});
