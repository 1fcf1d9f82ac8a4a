import { expect, test } from 'vitest';
import type { ActiveflowRecord } from '../../src/flows/activeflow-record.ts';
import { givenApi } from '../support/store-api.ts';
import { givenActiveflow, givenStored } from '../support/store-records.ts';

test('a living activeflow shows since when its action runs, an ended one does not', async () => {
  const record = givenActiveflow();
  const live: ActiveflowRecord = {
    ...record,
    current_action: { ...record.current_action, tm_execute: '2022-04-11 00:23:55.012416032' },
  };
  let isLive = true;
  await using api = await givenApi({
    liveActiveflows: {
      get: (id) => (isLive && id === record.id ? live : undefined),
      stop: () => false,
      variables: async () => undefined,
    },
  });
  api.recorder.recordActiveflow(givenStored({ record, state: '{"secret":1}' }));
  expect((await api.ask('GET', `/activeflows/${record.id}`)).body).toEqual(live);
  expect((await api.ask('GET', '/activeflows')).body).toEqual({ result: [live], next_page_token: '' });
  isLive = false;
  expect((await api.ask('GET', `/activeflows/${record.id}`)).body).toEqual(record);
  expect((await api.ask('GET', '/activeflows')).body.result).toEqual([record]);
});

test('stop ends a living activeflow, and answers an ended one as it is', async () => {
  const record = givenActiveflow();
  const stopped: string[] = [];
  await using api = await givenApi({
    liveActiveflows: {
      get: () => undefined,
      stop: (id) => stopped.push(id) === 1,
      variables: async () => undefined,
    },
  });
  api.recorder.recordActiveflow(givenStored({ record }));
  for (let times = 0; times < 2; times++) {
    const { status, body } = await api.ask('POST', `/activeflows/${record.id}/stop`);
    expect(status).toBe(200);
    expect(body).toEqual(record);
  }
  expect(stopped).toEqual([record.id, record.id]);
});

test('its variables are shown, none where it has kept none', async () => {
  const [live, ended] = [givenActiveflow(), givenActiveflow()];
  await using api = await givenApi({
    liveActiveflows: {
      get: () => undefined,
      stop: () => false,
      variables: async (id) => (id === live.id ? { 'voipbin.call.digits': '1', __proto__x: '' } : undefined),
    },
  });
  for (const record of [live, ended]) api.recorder.recordActiveflow(givenStored({ record }));
  expect((await api.ask('GET', `/activeflows/${live.id}/variables`)).body).toEqual({
    'voipbin.call.digits': '1',
    __proto__x: '',
  });
  expect((await api.ask('GET', `/activeflows/${ended.id}/variables`)).body).toEqual({});
});

test('an activeflow that never was is not found', async () => {
  await using api = await givenApi();
  const attempts = [
    await api.ask('GET', '/activeflows/nobody'),
    await api.ask('GET', '/activeflows/nobody/variables'),
    await api.ask('POST', '/activeflows/nobody/stop'),
  ];
  for (const { body } of attempts)
    expect(body.error).toMatchObject({ status: 404, message: 'no such activeflow' });
});
