import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { checkFlow } from '../../../src/flows/flow.ts';
import { catalogue } from '../../support/call-fixture.ts';
import { decided } from '../../support/decision.ts';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Where a flow goes at a moment of UTC. */
function at(time: string, option: Readonly<Record<string, unknown>>): Promise<string> {
  vi.setSystemTime(new Date(`${time}Z`));
  return decided('condition_datetime', option);
}

const workdays = [1, 2, 3, 4, 5];

describe('business hours', () => {
  const open = { condition: '==', hour: -1, minute: -1, day: -1, month: 0, weekdays: workdays };

  test.each([
    ['2026-11-18T12:00', 'next'], // a Wednesday
    ['2026-11-20T23:59', 'next'],
    ['2026-11-21T00:00', 'else'],
    ['2026-11-22T12:00', 'else'], // a Sunday
    ['2026-11-23T00:00', 'next'],
  ])('%s: %s', async (time, where) => {
    expect(await at(time, open)).toBe(where);
  });

  test.each([
    ['2026-11-18T08:59', 'else'],
    ['2026-11-18T09:00', 'else'],
    ['2026-11-18T09:30', 'next'],
    ['2026-11-18T10:15', 'next'],
    ['2026-11-18T23:00', 'next'],
  ])('from half past nine on, at %s: %s', async (time, where) => {
    expect(await at(time, { condition: '>=', hour: 9, minute: 30, weekdays: workdays })).toBe(where);
  });
});

describe('the fields given', () => {
  test.each([
    ['>=', '2026-03-05T10:00', 'next'],
    ['>', '2026-03-05T10:00', 'else'],
    ['<', '2026-03-05T09:59', 'next'],
    ['<', '2026-03-05T11:00', 'else'],
    ['<=', '2026-03-05T10:00', 'next'],
    ['==', '2026-03-05T10:00', 'next'],
    ['!=', '2026-03-05T10:00', 'else'],
    ['!=', '2026-03-05T10:01', 'next'],
    ['>', '2026-04-01T00:00', 'next'],
    ['<', '2026-02-28T23:59', 'next'],
    ['>', '2026-03-06T00:00', 'next'],
  ])('are one moment for %s: %s is %s', async (condition, time, where) => {
    expect(await at(time, { condition, month: 3, day: 5, hour: 10, minute: 0 })).toBe(where);
  });

  test('alone count: a minute of every hour, an hour of every day, a month of every year', async () => {
    expect(await at('2026-03-05T10:30', { condition: '==', minute: 30 })).toBe('next');
    expect(await at('2026-03-05T11:30', { condition: '==', minute: 30 })).toBe('next');
    expect(await at('2026-03-05T11:31', { condition: '==', minute: 30 })).toBe('else');
    expect(await at('2026-03-05T18:59', { condition: '<', hour: 18 })).toBe('else');
    expect(await at('2026-03-05T17:59', { condition: '<', hour: 18 })).toBe('next');
    expect(await at('2027-12-24T18:00', { condition: '==', month: 12 })).toBe('next');
    expect(await at('2027-12-24T18:00', { condition: '!=', day: 24, month: 12 })).toBe('else');
    expect(await at('2027-12-24T00:00', { condition: '==', hour: 0 })).toBe('next');
  });

  test('may be none: then it is now, whenever that is', async () => {
    for (const [condition, where] of Object.entries({
      '==': 'next',
      '>=': 'next',
      '<=': 'next',
      '!=': 'else',
      '<': 'else',
      '>': 'else',
    }))
      expect(await at('2026-03-05T10:30', { condition, weekdays: [] })).toBe(where);
  });
});

describe('a time zone', () => {
  const closing = { condition: '<', hour: 18, timezone: 'Europe/Berlin' };

  test('shifts the hours, in summer by one more', async () => {
    expect(await at('2026-01-15T16:59', closing)).toBe('next');
    expect(await at('2026-01-15T17:00', closing)).toBe('else');
    expect(await at('2026-07-15T15:59', closing)).toBe('next');
    expect(await at('2026-07-15T16:00', closing)).toBe('else');
  });

  test('shifts days, months and weekdays', async () => {
    const option = { condition: '==', month: 1, day: 1, weekdays: [5], timezone: 'Asia/Tokyo' };
    expect(await at('2026-12-31T15:00', option)).toBe('next'); // a Friday there, a Thursday here
    expect(await at('2026-12-31T14:59', option)).toBe('else');
  });

  test('may be an offset, or half an hour off', async () => {
    expect(
      await at('2026-01-15T18:30', { condition: '==', hour: 0, minute: 0, timezone: 'Asia/Kolkata' }),
    ).toBe('next');
    expect(await at('2026-01-15T18:30', { condition: '==', hour: 0, minute: 0, timezone: '+05:30' })).toBe(
      'next',
    );
  });

  test('that is none is refused', () => {
    for (const timezone of ['Mars/Olympus', '', 'x'.repeat(65)]) {
      const option = { condition: '==', hour: 1, false_target_id: '', timezone };
      const { problems } = checkFlow([{ type: 'condition_datetime', option }], catalogue);
      expect(new Set(problems.map(({ path }) => path))).toEqual(new Set(['actions[0].option.timezone']));
    }
  });
});

test.each([
  [{ minute: 60 }, 'minute'],
  [{ hour: 24 }, 'hour'],
  [{ hour: -2 }, 'hour'],
  [{ day: 32 }, 'day'],
  [{ month: 13 }, 'month'],
  [{ month: -1 }, 'month'],
  [{ weekdays: [7] }, 'weekdays[0]'],
  [{ weekdays: 1 }, 'weekdays'],
  [{ hour: 1.5 }, 'hour'],
])('%j is refused', (fields, path) => {
  const option = { condition: '==', ...fields };
  const { problems } = checkFlow([{ type: 'condition_datetime', option }], catalogue);
  expect(problems.map((problem) => problem.path)).toEqual([`actions[0].option.${path}`]);
});
