import { expect, test } from 'vitest';
import { neverTime, wireTime } from '../../../src/core/clock.ts';
import { givenApi } from '../../support/store-api.ts';

const keys = 'id,customer_id,name,detail,timezone,periods,exceptions,tm_create,tm_update,tm_delete';
const periods = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri'], from: '08:30', to: '17:00' }];
const exceptions = [
  { date: '2026-12-24', name: 'Christmas Eve', periods: [{ from: '08:30', to: '12:00' }] },
  { date: '--12-25', name: 'Christmas', closed: true },
];

test('a schedule is created, changed and deleted', async () => {
  await using api = await givenApi();
  const body = { name: 'hours', timezone: 'Europe/Berlin', periods, exceptions };
  const { status, body: schedule } = await api.ask('POST', '/schedules', body);
  expect(status).toBe(200);
  expect(Object.keys(schedule).join()).toBe(keys);
  expect(schedule).toMatchObject({
    ...{ name: 'hours', detail: '', timezone: 'Europe/Berlin', periods, tm_delete: neverTime },
    exceptions: [
      { ...exceptions[0], closed: false },
      { ...exceptions[1], periods: [] },
    ],
  });
  const path = `/schedules/${schedule.id}`;
  const changed = await api.ask('PUT', path, { timezone: 'Asia/Tokyo', exceptions: [] });
  expect(changed.body).toMatchObject({ name: 'hours', timezone: 'Asia/Tokyo', periods, exceptions: [] });
  expect((await api.ask('PUT', path, changed.body)).status).toBe(200);
  expect((await api.ask('GET', '/schedules')).body.result).toHaveLength(1);
  expect((await api.ask('DELETE', path)).status).toBe(200);
  expect((await api.ask('GET', path)).status).toBe(404);
  expect((await api.ask('GET', `${path}/at`)).status).toBe(404);
});

test('it says whether it is open at a time, why, and until when', async () => {
  await using api = await givenApi();
  const body = { timezone: 'Europe/Berlin', periods, exceptions };
  const { id } = (await api.ask('POST', '/schedules', body)).body;
  const at = async (time: string) =>
    (await api.ask('GET', `/schedules/${id}/at?time=${encodeURIComponent(time)}`)).body;
  expect(await at('2026-12-21 08:00:00')).toEqual({
    ...{ open: true, reason: 'period', exception: '' },
    until: '2026-12-21 16:00:00.000000',
  });
  expect(await at('2026-12-21T18:00:00+01:00')).toEqual({
    ...{ open: false, reason: 'no_period', exception: '' },
    until: '2026-12-22 07:30:00.000000',
  });
  expect(await at('2026-12-24 10:00:00')).toMatchObject({
    ...{ open: true, reason: 'exception', exception: 'Christmas Eve' },
    until: '2026-12-24 11:00:00.000000',
  });
  expect(await at('2027-12-25')).toMatchObject({ open: false, reason: 'exception', exception: 'Christmas' });
  const now = (await api.ask('GET', `/schedules/${id}/at`)).body;
  expect(now.until > wireTime()).toBe(true);
  const always = [{ days: ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'], from: '00:00', to: '24:00' }];
  await api.ask('PUT', `/schedules/${id}`, { periods: always, exceptions: [] });
  expect(await at('2026-12-24 10:00:00')).toMatchObject({ open: true, until: neverTime });
});

const week = { days: ['mon'], from: '08:00', to: '12:00' };

test.each([
  ['no zone', { timezone: 'Mars/Olympus' }, 'timezone', 'must be a time zone such as Europe/Berlin'],
  ['no day', { periods: [{ ...week, days: [] }] }, 'periods[0].days', 'expected at least 1 item'],
  ['a day twice', { periods: [{ ...week, days: ['mon', 'mon'] }] }, 'periods[0].days', 'must be each once'],
  ['no such day', { periods: [{ ...week, days: ['someday'] }] }, 'periods[0].days[0]', 'expected one of mon'],
  ['no such time', { periods: [{ ...week, from: '24:00' }] }, 'periods[0].from', 'must be a time of the day'],
  ['no such end', { periods: [{ ...week, to: '24:01' }] }, 'periods[0].to', 'must be a time of the day'],
  ['no length', { periods: [{ ...week, to: '08:00' }] }, 'periods[0].to', 'must end at another time'],
  ['an unknown key', { periods: [{ ...week, until: '9' }] }, 'periods[0].until', 'unknown key'],
  [
    'no such date',
    { exceptions: [{ date: '2026-02-29', closed: true }] },
    'exceptions[0].date',
    'must be a day',
  ],
  ['neither closed nor open', { exceptions: [{ date: '2026-02-28' }] }, 'exceptions[0]', 'must have `closed'],
  [
    'both',
    { exceptions: [{ date: '2026-02-28', closed: true, periods: [{ from: '08:00', to: '09:00' }] }] },
    'exceptions[0]',
    'must have `closed',
  ],
  [
    'a date twice',
    { exceptions: [1, 2].map(() => ({ date: '--02-29', closed: true })) },
    'exceptions',
    'must be each day once',
  ],
])('with %s it is refused, and where is said', async (_, wrong, path, message) => {
  await using api = await givenApi();
  const { status, body } = await api.ask('POST', '/schedules', { periods, ...wrong });
  expect(status).toBe(400);
  expect(body.error.details).toEqual([{ path, message: expect.stringContaining(message) }]);
});

test('a time that is none is refused', async () => {
  await using api = await givenApi();
  const { id } = (await api.ask('POST', '/schedules', { periods })).body;
  expect((await api.ask('GET', `/schedules/${id}/at?time=soon`)).body.error.details).toEqual([
    { path: 'time', message: 'must be a time such as 2022-04-11 00:23:54' },
  ]);
  for (const time of ['0050-01-01', '9999-12-31'])
    expect((await api.ask('GET', `/schedules/${id}/at?time=${time}`)).body.error.details).toEqual([
      { path: 'time', message: 'must be of the years 1900 to 8999' },
    ]);
});

test('the plus of a zone may stand in a query as it is', async () => {
  await using api = await givenApi();
  const { id } = (await api.ask('POST', '/schedules', { periods, timezone: 'UTC' })).body;
  const at = async (time: string) => (await api.ask('GET', `/schedules/${id}/at?time=${time}`)).body;
  const [plain, escaped] = ['2026-12-21T16:30:00+10:00', '2026-12-21T16:30:00%2B10:00'];
  expect(await at(plain)).toEqual(await at(escaped));
  expect((await at(plain)).until).toBe((await at('2026-12-21T06:30:00Z')).until);
});

test('one that a number points to stays, and says who does', async () => {
  await using api = await givenApi();
  const { id } = (await api.ask('POST', '/schedules', { periods })).body;
  const { id: closed_flow_id } = (await api.ask('POST', '/flows', { name: 'closed', actions: [] })).body;
  const number = (await api.ask('POST', '/numbers', { number: '4711', schedule_id: id, closed_flow_id }))
    .body;
  expect(number).toMatchObject({ schedule_id: id, closed_flow_id });
  const refused = await api.ask('DELETE', `/schedules/${id}`);
  expect(refused).toMatchObject({
    status: 409,
    body: { error: { details: [{ path: `numbers/${number.id}`, message: 'schedule_id points to it' }] } },
  });
  const nowhere = '11111111-1111-4111-8111-111111111111';
  expect(
    (await api.ask('PUT', `/numbers/${number.id}`, { schedule_id: nowhere })).body.error.details,
  ).toEqual([{ path: 'schedule_id', message: 'no such schedule' }]);
});
