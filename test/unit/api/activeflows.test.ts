import { expect, test } from 'vitest';
import { zeroId } from '../../../src/core/clock.ts';
import type { ActiveflowRecord } from '../../../src/flows/activeflow-record.ts';
import { type ApiFixture, givenApi } from '../../support/store-api.ts';
import { givenActiveflow, givenStored, recordActiveflow } from '../../support/store-records.ts';

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
  recordActiveflow(api.recorder, givenStored({ record, state: '{"secret":1}' }));
  const running = { ...live, status: 'running' };
  expect((await api.ask('GET', `/activeflows/${record.id}`)).body).toEqual(running);
  expect((await api.ask('GET', '/activeflows')).body).toEqual({ result: [running], next_page_token: '' });
  isLive = false;
  recordActiveflow(api.recorder, givenStored({ record, isEnded: true }));
  const ended = { ...record, status: 'ended' };
  expect((await api.ask('GET', `/activeflows/${record.id}`)).body).toEqual(ended);
  expect((await api.ask('GET', '/activeflows')).body.result).toEqual([ended]);
});

test('those of one call are listed, what happened just now too; what is no id is refused', async () => {
  await using api = await givenApi();
  const [first, other, second] = [givenActiveflow(), givenActiveflow(), givenActiveflow()];
  const again = { ...second, reference_id: first.reference_id };
  for (const record of [first, other, again]) recordActiveflow(api.recorder, givenStored({ record }));
  const list = (query: string) => api.ask('GET', `/activeflows?${query}`);
  const { body } = await list(`reference_id=${first.reference_id}&page_size=1`);
  expect(body.result).toMatchObject([again]);
  const rest = await list(`reference_id=${first.reference_id}&page_token=${body.next_page_token}`);
  expect(rest.body).toMatchObject({ result: [first], next_page_token: '' });
  expect((await list(`reference_id=${zeroId}`)).body.result).toEqual([]);
  for (const query of [
    'reference_id=',
    'reference_id=1',
    'call_id=x',
    `reference_id=${zeroId}&reference_id=${zeroId}`,
  ]) {
    const { status, body: refused } = await list(query);
    expect(status, query).toBe(400);
    if (query === 'reference_id=1')
      expect(refused.error.details).toEqual([{ path: 'reference_id', message: 'must be a UUID' }]);
  }
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
  recordActiveflow(api.recorder, givenStored({ record, isEnded: true }));
  for (let times = 0; times < 2; times++) {
    const { status, body } = await api.ask('POST', `/activeflows/${record.id}/stop`);
    expect(status).toBe(200);
    expect(body).toEqual({ ...record, status: 'ended' });
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
  for (const record of [live, ended]) recordActiveflow(api.recorder, givenStored({ record }));
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

/** The API where activeflows begin, and with what each of them began. */
async function givenStarts(): Promise<{ api: ApiFixture; starts: unknown[] }> {
  const starts: unknown[] = [];
  const api = await givenApi({
    startActiveflow: ({ id, actions }, variables) => {
      starts.push({ id, types: actions.map(({ type }) => type), variables });
      const activeflow = givenActiveflow({ flow_id: id, reference_type: 'api', reference_id: zeroId });
      const warnings = actions.map((_, index) => ({ path: `actions[${index}]`, message: 'is skipped' }));
      return { activeflow, warnings };
    },
  });
  return { api, starts };
}

test('a stored flow is run without a call, with variables but the reserved ones', async () => {
  const { api, starts } = await givenStarts();
  await using _ = api;
  const flow = (await api.ask('POST', '/flows', { name: 'x' })).body;
  const variables = { a: '1', 'voipbin.call.id': 'x', 'VOIPBIN.x': 'y', 'call.cli': 'z', 'flow.key.b': '2' };
  const { status, body } = await api.ask('POST', '/activeflows', { flow_id: flow.id, variables });
  expect(status).toBe(200);
  expect(Object.keys(body)).toEqual([...Object.keys(givenActiveflow()), 'status']);
  expect(body).toMatchObject({ flow_id: flow.id, reference_type: 'api', reference_id: zeroId });
  expect(starts).toEqual([{ id: flow.id, types: [], variables: { a: '1', 'flow.key.b': '2' } }]);
});

test.each([{}, { flow_id: '' }, { flow_id: zeroId }])(
  'actions are run where %j names no flow, and what is left out is told',
  async (named) => {
    const { api, starts } = await givenStarts();
    await using _ = api;
    const { status, body } = await api.ask('POST', '/activeflows', { ...named, actions: [{ type: 'talk' }] });
    expect(status).toBe(200);
    expect(body.warnings).toEqual([{ path: 'actions[0]', message: 'is skipped' }]);
    expect(starts).toEqual([{ id: zeroId, types: ['talk'], variables: {} }]);
  },
);

test('flow_id wins over actions', async () => {
  const { api, starts } = await givenStarts();
  await using _ = api;
  const flow = (await api.ask('POST', '/flows', { name: 'x' })).body;
  await api.ask('POST', '/activeflows', { flow_id: flow.id, actions: [{ type: 'nonsense' }] });
  expect(starts).toEqual([{ id: flow.id, types: [], variables: {} }]);
});

test.each([
  [{}, 'flow_id'],
  [{ flow_id: 'x' }, 'flow_id'],
  [{ flow_id: '11111111-1111-4111-8111-111111111111' }, 'flow_id'],
  [{ actions: [{ type: 'nonsense' }] }, 'actions[0].type'],
  [{ actions: 'none' }, 'actions'],
  [{ actions: [], variables: { a: 1 } }, 'variables.a'],
  [{ actions: [], variables: { a: 'x'.repeat(65_537) } }, 'variables.a'],
  [{ actions: [], variables: { 'a}': '' } }, 'variables["a}"]'],
  [{ actions: [], odd: 1 }, 'odd'],
])('%j starts nothing', async (request, path) => {
  const { api, starts } = await givenStarts();
  await using _ = api;
  const { status, body } = await api.ask('POST', '/activeflows', request);
  expect(status).toBe(400);
  expect(body.error.details).toMatchObject([{ path }]);
  expect(starts).toEqual([]);
});
