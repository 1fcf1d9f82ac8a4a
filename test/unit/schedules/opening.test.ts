import { describe, expect, test } from 'vitest';
import { OpeningHours, type Schedule } from '../../../src/schedules/opening.ts';
import { type ScheduleException, type Weekday, weekdays } from '../../../src/schedules/schedule-record.ts';

const week: readonly Weekday[] = ['mon', 'tue', 'wed', 'thu', 'fri'];

function schedule(
  periods: readonly (readonly [days: readonly Weekday[], from: string, to: string])[],
  exceptions: readonly Partial<ScheduleException>[] = [],
  timezone = 'Europe/Berlin',
): OpeningHours {
  const whole: Schedule = {
    timezone,
    periods: periods.map(([days, from, to]) => ({ days, from, to })),
    exceptions: exceptions.map((exception) => ({
      ...{ date: '', name: '', closed: false, periods: [] },
      ...exception,
    })),
  };
  return new OpeningHours(whole);
}

/** What it says then, as `open until 2026-…` or `closed until …`. */
function said(hours: OpeningHours, time: string): string {
  const at = Date.parse(time);
  const { open, reason } = hours.at(at);
  const until = hours.changeAfter(at);
  const change = until === undefined ? 'ever' : new Date(until).toISOString().replace(':00.000Z', 'Z');
  return `${open ? 'open' : 'closed'} (${reason}) until ${change}`;
}

const clinic = schedule([
  [week, '08:30', '12:00'],
  [['mon', 'thu'], '14:00', '18:00'],
]);

// Monday is 2 March 2026; Berlin is an hour ahead of UTC until 29 March.
test.each([
  ['2026-03-02T07:29:59Z', 'closed (no_period) until 2026-03-02T07:30Z'],
  ['2026-03-02T07:30:00Z', 'open (period) until 2026-03-02T11:00Z'],
  ['2026-03-02T10:59:59.999Z', 'open (period) until 2026-03-02T11:00Z'],
  ['2026-03-02T11:00:00Z', 'closed (no_period) until 2026-03-02T13:00Z'],
  ['2026-03-02T13:00:00Z', 'open (period) until 2026-03-02T17:00Z'],
  ['2026-03-03T13:00:00Z', 'closed (no_period) until 2026-03-04T07:30Z'],
  ['2026-03-06T12:00:00Z', 'closed (no_period) until 2026-03-09T07:30Z'],
  ['2026-03-08T23:30:00Z', 'closed (no_period) until 2026-03-09T07:30Z'],
])('at %s it is %s', (time, wanted) => {
  expect(said(clinic, time)).toBe(wanted);
});

describe('a period', () => {
  test('over midnight belongs to the day on which it begins', () => {
    const bar = schedule([[['fri', 'sat'], '20:00', '02:30']]);
    expect(said(bar, '2026-03-06T18:59:00Z')).toBe('closed (no_period) until 2026-03-06T19:00Z');
    expect(said(bar, '2026-03-06T23:30:00Z')).toBe('open (period) until 2026-03-07T01:30Z');
    expect(said(bar, '2026-03-07T01:29:00Z')).toBe('open (period) until 2026-03-07T01:30Z');
    expect(said(bar, '2026-03-07T01:30:00Z')).toBe('closed (no_period) until 2026-03-07T19:00Z');
    expect(said(bar, '2026-03-08T01:00:00Z')).toBe('open (period) until 2026-03-08T01:30Z');
    expect(said(bar, '2026-03-09T01:00:00Z')).toBe('closed (no_period) until 2026-03-13T19:00Z');
  });

  test('that ends at 24:00 goes over into the next day', () => {
    const night = schedule([
      [['mon'], '18:00', '24:00'],
      [['tue'], '00:00', '06:00'],
    ]);
    expect(said(night, '2026-03-02T22:59:00Z')).toBe('open (period) until 2026-03-03T05:00Z');
    expect(said(schedule([[['mon'], '18:00', '24:00']]), '2026-03-02T20:00:00Z')).toBe(
      'open (period) until 2026-03-02T23:00Z',
    );
    expect(said(schedule([[['mon'], '18:00', '00:00']]), '2026-03-02T20:00:00Z')).toBe(
      'open (period) until 2026-03-02T23:00Z',
    );
  });

  test('that overlaps another one, or touches it, is one with it', () => {
    const both = schedule([
      [week, '08:00', '13:00'],
      [week, '12:00', '15:00'],
      [week, '15:00', '16:00'],
    ]);
    expect(said(both, '2026-03-02T11:30:00Z')).toBe('open (period) until 2026-03-02T15:00Z');
  });

  test('of every day and hour never ends', () => {
    expect(said(schedule([[weekdays, '00:00', '24:00']]), '2026-03-02T11:30:00Z')).toBe(
      'open (period) until ever',
    );
  });
});

test('without periods it is closed for good', () => {
  expect(said(schedule([]), '2026-03-02T11:30:00Z')).toBe('closed (no_period) until ever');
});

describe('an exception', () => {
  const hours = schedule(
    [[week, '08:00', '17:00']],
    [
      { date: '2026-03-03', closed: true, name: 'Carnival' },
      { date: '2026-03-04', periods: [{ from: '10:00', to: '12:00' }] },
      { date: '2026-03-07', periods: [{ from: '22:00', to: '01:00' }] },
      { date: '--12-25', closed: true, name: 'Christmas' },
      { date: '2028-12-25', periods: [{ from: '08:00', to: '09:00' }] },
    ],
  );

  test.each([
    ['closes its day', '2026-03-03T09:00:00Z', 'closed (exception) until 2026-03-04T09:00Z'],
    ['has hours of its own', '2026-03-04T10:00:00Z', 'open (exception) until 2026-03-04T11:00Z'],
    ['has them instead of the others', '2026-03-04T12:00:00Z', 'closed (exception) until 2026-03-05T07:00Z'],
    ['opens a day that is closed', '2026-03-07T21:30:00Z', 'open (exception) until 2026-03-08T00:00Z'],
    ['also over midnight', '2026-03-07T23:30:00Z', 'open (exception) until 2026-03-08T00:00Z'],
    ['comes each year', '2026-12-25T10:00:00Z', 'closed (exception) until 2026-12-28T07:00Z'],
    ['comes each year but for one', '2028-12-25T07:30:00Z', 'open (exception) until 2028-12-25T08:00Z'],
  ])('%s', (_, time, wanted) => {
    expect(said(hours, time)).toBe(wanted);
  });

  test('is told by its name', () => {
    expect(hours.at(Date.parse('2026-03-03T09:00:00Z')).exception).toBe('Carnival');
    expect(hours.at(Date.parse('2026-03-02T09:00:00Z')).exception).toBe('');
  });

  test('closes none that began the day before', () => {
    const bar = schedule([[['thu'], '20:00', '02:00']], [{ date: '2026-12-25', closed: true }]);
    expect(said(bar, '2026-12-25T00:30:00Z')).toBe('open (period) until 2026-12-25T01:00Z');
  });
});

describe('when clocks are changed', () => {
  // On 29 March 2026 02:00 becomes 03:00 (01:00 UTC), on 25 October 03:00 becomes 02:00 (01:00 UTC).
  test.each([
    [
      'one that begins in it begins with the change',
      '02:30',
      '05:00',
      '2026-03-29T01:00:00Z',
      'open (period) until 2026-03-29T03:00Z',
    ],
    [
      'one around it is an hour shorter',
      '01:00',
      '04:00',
      '2026-03-29T00:30:00Z',
      'open (period) until 2026-03-29T02:00Z',
    ],
    [
      'one around the hour that comes twice is an hour longer',
      '01:00',
      '04:00',
      '2026-10-25T00:30:00Z',
      'open (period) until 2026-10-25T03:00Z',
    ],
    [
      'one that begins in it begins the first time',
      '02:30',
      '05:00',
      '2026-10-25T00:30:00Z',
      'open (period) until 2026-10-25T04:00Z',
    ],
    [
      'one that ends in it ends the second time',
      '01:00',
      '02:30',
      '2026-10-25T00:45:00Z',
      'open (period) until 2026-10-25T01:30Z',
    ],
    ['and not before', '01:00', '02:30', '2026-10-25T01:29:00Z', 'open (period) until 2026-10-25T01:30Z'],
  ] as const)('%s', (_, from, to, time, wanted) => {
    expect(said(schedule([[['sun'], from, to]]), time)).toBe(wanted);
  });

  test('a period in the hour that is left out does not come', () => {
    const hours = schedule([[['sun'], '02:15', '02:45']]);
    for (const time of ['2026-03-29T00:59:00Z', '2026-03-29T01:00:00Z', '2026-03-29T01:30:00Z'])
      expect(said(hours, time)).toBe('closed (no_period) until 2026-04-05T00:15Z');
  });

  test('hours stay those of the clocks', () => {
    expect(said(clinic, '2026-03-30T06:30:00Z')).toBe('open (period) until 2026-03-30T10:00Z');
    expect(said(clinic, '2026-10-26T07:30:00Z')).toBe('open (period) until 2026-10-26T11:00Z');
  });

  test('by half an hour, as on Lord Howe Island', () => {
    // On 5 April 2026 02:00 becomes 01:30 (15:00 UTC of the day before).
    const hours = schedule([[['sun'], '01:00', '01:45']], [], 'Australia/Lord_Howe');
    expect(said(hours, '2026-04-04T14:30:00Z')).toBe('open (period) until 2026-04-04T15:15Z');
  });
});

test.each([
  ['Asia/Kathmandu', '2026-03-02T03:15:00Z', 'open (period) until 2026-03-02T11:15Z'],
  ['America/St_Johns', '2026-03-02T12:30:00Z', 'open (period) until 2026-03-02T20:30Z'],
  ['Pacific/Kiritimati', '2026-03-01T19:00:00Z', 'open (period) until 2026-03-02T03:00Z'],
  ['Pacific/Pago_Pago', '2026-03-02T20:00:00Z', 'open (period) until 2026-03-03T04:00Z'],
  ['UTC', '2026-03-02T09:00:00Z', 'open (period) until 2026-03-02T17:00Z'],
  ['+05:30', '2026-03-02T03:30:00Z', 'open (period) until 2026-03-02T11:30Z'],
])('in %s it is open as its clocks say', (timezone, time, wanted) => {
  const office = schedule([[['mon'], '09:00', '17:00']], [], timezone);
  expect(said(office, time)).toBe(wanted);
  const before = new Date(Date.parse(time) - 1).toISOString();
  expect(office.at(Date.parse(before)).open).toBe(false);
});

test('even with many periods it is quickly said', () => {
  const many = schedule(
    Array.from(
      { length: 100 },
      (_, index) => [weekdays, `00:${String(index % 60).padStart(2, '0')}`, '24:00'] as const,
    ),
    Array.from({ length: 300 }, (_, index) => ({ date: `--${index}`, closed: true })),
  );
  const began = performance.now();
  many.changeAfter(Date.parse('2026-03-02T09:00:00Z'));
  expect(performance.now() - began).toBeLessThan(10_000);
});
