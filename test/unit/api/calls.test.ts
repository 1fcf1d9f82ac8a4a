import { expect, test } from 'vitest';
import { givenApi, noLiveCalls } from '../../support/store-api.ts';
import { givenCall, recordCall } from '../../support/store-records.ts';

const tel = (target: string) => ({ type: 'tel', target, target_name: '', name: '', detail: '' });

test('a call is seen as soon as it is recorded, with the fields of the seeds in their order', async () => {
  await using api = await givenApi();
  const call = givenCall();
  recordCall(api.recorder, call);
  const got = await api.ask('GET', `/calls/${call.id}`);
  expect(got.status).toBe(200);
  expect(JSON.stringify(got.body)).toBe(JSON.stringify(call));
  recordCall(api.recorder, { ...call, status: 'hangup' });
  expect((await api.ask('GET', '/calls')).body).toEqual({
    result: [{ ...call, status: 'hangup' }],
    next_page_token: '',
  });
});

test('lists are narrowed by status, number and since', async () => {
  await using api = await givenApi();
  const old = givenCall({ tm_create: '2022-04-11 00:23:54.724620', status: 'hangup', source: tel('+1555') });
  const call = givenCall({ destination: tel('200') });
  recordCall(api.recorder, old);
  recordCall(api.recorder, call);
  const ids = async (query: string) =>
    (await api.ask('GET', `/calls?${query}`)).body.result.map(({ id }: { id: string }) => id);
  expect(await ids('status=hangup')).toEqual([old.id]);
  expect(await ids('number=200')).toEqual([call.id]);
  expect(await ids(`number=${encodeURIComponent('+1555')}`)).toEqual([old.id]);
  expect(await ids('number=+1555')).toEqual([old.id]);
  expect(await ids('since=2022-04-11%2000:23:54.724620')).toEqual([call.id, old.id]);
  expect(await ids('since=2022-04-11T00:23:54.724621Z')).toEqual([call.id]);
  expect(await ids('since=2022-04-11T02:00:00%2B02:00')).toEqual([call.id, old.id]);
  expect(await ids('since=2022-04-12&status=hangup')).toEqual([]);
  expect(await ids('page_size=1')).toEqual([call.id]);
});

test('a list that is asked for in a way we do not know is refused', async () => {
  await using api = await givenApi();
  for (const query of ['status=busy', 'since=yesterday', 'since=2022-13-01', 'since=', 'nummer=1']) {
    const { status, body } = await api.ask('GET', `/calls?${query}`);
    expect(status, query).toBe(400);
    expect(body.error.details, query).toMatchObject([{ path: query.split('=')[0] }]);
  }
});

test.each([
  ['POST', '/hangup'],
  ['DELETE', ''],
] as const)('%s calls/{id}%s hangs up a call that lives', async (method, suffix) => {
  const asked: string[] = [];
  const call = givenCall();
  await using api = await givenApi({
    liveCalls: {
      ...noLiveCalls,
      hangup: (id) => {
        asked.push(id);
        recordCall(api.recorder, { ...call, status: 'terminating' });
        return true;
      },
    },
  });
  recordCall(api.recorder, call);
  const { status, body } = await api.ask(method, `/calls/${call.id}${suffix}`);
  expect(status).toBe(200);
  expect(body).toEqual({ ...call, status: 'terminating' });
  expect(asked).toEqual([call.id]);
});

test('hanging up a call that has ended answers it as it is', async () => {
  await using api = await givenApi();
  const call = givenCall({ status: 'hangup', hangup_by: 'remote', hangup_reason: 'normal' });
  recordCall(api.recorder, call);
  expect((await api.ask('POST', `/calls/${call.id}/hangup`)).body).toEqual(call);
  expect((await api.ask('DELETE', `/calls/${call.id}`)).body).toEqual(call);
});

test('a call that never was is not found', async () => {
  await using api = await givenApi();
  for (const id of ['nobody', '%00', '..%2Fflows', 'x'.repeat(100)]) {
    expect((await api.ask('GET', `/calls/${id}`)).body.error).toMatchObject({
      status: 404,
      message: 'no such call',
    });
    expect((await api.ask('POST', `/calls/${id}/hangup`)).status).toBe(404);
    expect((await api.ask('DELETE', `/calls/${id}`)).status).toBe(404);
  }
});

test('a hang-up takes an empty body with and without its type, and nothing else', async () => {
  await using api = await givenApi();
  const call = givenCall();
  recordCall(api.recorder, call);
  const path = `/calls/${call.id}/hangup`;
  expect((await api.ask('POST', path, {})).status).toBe(200);
  expect((await api.ask('POST', path, '')).status).toBe(200);
  expect((await api.ask('POST', path, { now: true })).body.error.details).toMatchObject([{ path: 'now' }]);
});
