import { expect, test } from 'vitest';
import { adviceWith } from '../../../src/api/flow-advice.ts';
import { neverTime, zeroId } from '../../../src/core/clock.ts';
import { checkActions, checkFlow } from '../../../src/flows/flow.ts';
import { loadActions } from '../../../src/flows/load-actions.ts';
import { knownVoices } from '../../../src/speech/known-voices.ts';
import { ssmlProblem } from '../../../src/speech/ssml.ts';
import { Espeak } from '../../../src/speech/tts/espeak.ts';
import { catalogue } from '../../support/call-fixture.ts';
import { type Answer, givenApi } from '../../support/store-api.ts';
import { givenFlow } from '../../support/store-records.ts';

const answer = { type: 'answer' };
const filled = { id: zeroId, next_id: zeroId, type: 'answer' };

test('a flow is created, read, listed, changed and deleted', async () => {
  await using api = await givenApi();
  const created = await api.ask('POST', '/flows', { name: 'welcome', detail: 'd', actions: [answer] });
  expect(created.status).toBe(200);
  const flow = created.body;
  expect(Object.keys(flow).join()).toBe(
    'id,customer_id,name,detail,actions,on_complete_flow_id,end_webhook,tm_create,tm_update,tm_delete,defaults,revision,trace,trace_digits',
  );
  expect(flow).toMatchObject({ customer_id: zeroId, name: 'welcome', detail: 'd', actions: [filled] });
  expect(flow).toMatchObject({ tm_update: flow.tm_create, tm_delete: neverTime });

  expect((await api.ask('GET', `/flows/${flow.id}`)).body).toEqual(flow);
  expect((await api.ask('GET', '/flows')).body).toEqual({ result: [flow], next_page_token: '' });

  const changed = await api.ask('PUT', `/flows/${flow.id}`, { detail: 'new' });
  expect(changed.body).toEqual({ ...flow, detail: 'new', tm_update: changed.body.tm_update, revision: 2 });
  expect(changed.body.tm_update > flow.tm_update).toBe(true);
  expect(Object.keys(changed.body)).toEqual(Object.keys(flow));

  const deleted = await api.ask('DELETE', `/flows/${flow.id}`);
  expect(deleted.body).toMatchObject({ id: flow.id, detail: 'new', tm_delete: deleted.body.tm_update });
  expect(deleted.body.tm_delete).not.toBe(neverTime);
  for (const method of ['GET', 'DELETE'] as const) {
    expect((await api.ask(method, `/flows/${flow.id}`)).status).toBe(404);
  }
  expect((await api.ask('PUT', `/flows/${flow.id}`, { name: 'x' })).status).toBe(404);
  expect((await api.ask('GET', '/flows')).body.result).toEqual([]);
});

test('only the name is needed', async () => {
  await using api = await givenApi();
  expect((await api.ask('POST', '/flows', { name: 'x' })).body).toMatchObject({ detail: '', actions: [] });
  const nameless = await api.ask('POST', '/flows', {});
  expect(nameless.status).toBe(400);
  expect(nameless.body.error.details).toMatchObject([{ path: 'name' }]);
  expect((await api.ask('POST', '/flows', { name: '' })).status).toBe(400);
});

test('a change of nothing answers the flow', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/flows', { name: 'x', detail: 'd', actions: [answer] });
  expect((await api.ask('PUT', `/flows/${body.id}`, {})).body).toMatchObject({
    ...body,
    tm_update: expect.any(String),
  });
});

test('a bad action is named by its path and nothing is stored', async () => {
  await using api = await givenApi();
  const actions = [answer, { type: 'nonsense' }];
  const refused = await api.ask('POST', '/flows', { name: 'x', actions });
  expect(refused.status).toBe(400);
  expect(refused.body.error).toMatchObject({
    status: 400,
    reason: 'INVALID_ARGUMENT',
    details: [{ path: 'actions[1].type', message: 'no such action' }],
  });
  expect((await api.ask('GET', '/flows')).body.result).toEqual([]);

  const { body } = await api.ask('POST', '/flows', { name: 'x' });
  expect((await api.ask('PUT', `/flows/${body.id}`, { actions })).status).toBe(400);
  expect((await api.ask('GET', `/flows/${body.id}`)).body).toEqual(body);
});

test('validate says what is wrong and stores nothing', async () => {
  await using api = await givenApi();
  expect((await api.ask('POST', '/flows/validate', { actions: [answer] })).body).toEqual({
    valid: true,
    problems: [],
    warnings: [],
  });
  const bad = await api.ask('POST', '/flows/validate', { name: 'x', actions: [{}] });
  expect(bad.status).toBe(200);
  expect(bad.body).toMatchObject({ valid: false, problems: [{ path: 'actions[0].type' }] });
  expect((await api.ask('POST', '/flows/validate', {})).status).toBe(400);
  expect((await api.ask('GET', '/flows')).body.result).toEqual([]);
});

test('validate tells of ids that lead to nothing, of names nobody sets, and of what the flow itself points to', async () => {
  await using api = await givenApi({
    validateFlow: async (json) => checkActions(JSON.parse(json), { catalogue, checkSsml: ssmlProblem }),
    adviseFlow: (actions) =>
      adviceWith(actions, {
        ...{ catalogue, store: api.store, voices: () => knownVoices(new Espeak()) },
        hasSound: async (name) => name === 'my/Greeting',
      }),
  });
  const { id } = (await api.ask('POST', '/flows', { name: 'x' })).body;
  const agent = '367e0e7a-3a8c-11eb-bb08-f3c3f059cfbe';
  const actions = [
    { type: 'fetch_flow', option: { flow_id: id } },
    {
      type: 'call',
      option: {
        destinations: [{ type: 'agent', target: agent }],
        actions: [
          { type: 'queue_join', option: { queue_id: agent } },
          { type: 'talk', option: { text: '${naem' } },
          { type: 'play', option: { stream_urls: ['sound:my/Greeting', 'sound:my/greeting', 'sound:${x}'] } },
        ],
      },
    },
  ];
  const { body } = await api.ask('POST', '/flows/validate', { actions });
  expect(body).toMatchObject({ valid: true, problems: [] });
  expect(body.warnings).toEqual([
    { path: 'actions[1].option.actions[0].option.queue_id', message: `there is no queue ${agent}` },
    {
      path: 'actions[1].option.actions[1].option.text',
      message: '`${` without a `}`: no value takes its place',
    },
    {
      path: 'actions[1].option.actions[2].option.stream_urls[1]',
      message: 'there is no sound:my/greeting, uploaded or of Asterisk',
    },
    {
      path: 'actions[1].option.actions[2].option.stream_urls[2]',
      message: expect.stringContaining('`x`'),
    },
    { path: 'actions[1].option.destinations[0].target', message: `there is no agent ${agent}` },
  ]);
  const ssml = [{ type: 'talk', option: { text: '<speak>Hello' } }];
  const draft = { actions: ssml, on_complete_flow_id: agent, end_webhook: true };
  const refused = await api.ask('POST', '/flows/validate', draft);
  expect(refused.body.valid).toBe(false);
  expect(refused.body.problems.map(({ path }: { path: string }) => path)).toEqual([
    'actions[0].option.text',
    'on_complete_flow_id',
    'end_webhook',
  ]);
  expect((await api.ask('POST', '/flows', { name: 'y', actions: ssml })).status).toBe(400);
});

test('what a flow gives its actions is kept, shown behind all else, and copied', async () => {
  await using api = await givenApi();
  const none = { language: '', voice: '', barge_in: false, music: '' };
  const { body } = await api.ask('POST', '/flows', { name: 'x' });
  expect(Object.entries(body).at(-4)).toEqual(['defaults', none]);
  const defaults = { language: 'de-DE', barge_in: true };
  const changed = await api.ask('PUT', `/flows/${body.id}`, { defaults });
  expect(changed.body.defaults).toEqual({ ...none, ...defaults });
  expect((await api.ask('POST', `/flows/${body.id}/duplicate`)).body.defaults).toEqual({
    ...none,
    ...defaults,
  });
  const again = await api.ask('PUT', `/flows/${body.id}`, changed.body);
  expect([again.status, again.body.defaults]).toEqual([200, changed.body.defaults]);
});

test.each([
  [{ language: 'German' }, 'defaults.language'],
  [{ lang: 'de' }, 'defaults.lang'],
  [{ barge_in: 'yes' }, 'defaults.barge_in'],
  ['de', 'defaults'],
])('defaults of %o are refused', async (defaults, path) => {
  await using api = await givenApi();
  const { status, body } = await api.ask('POST', '/flows', { name: 'x', defaults });
  expect([status, body.error.details[0].path]).toEqual([400, path]);
});

test('a duplicate is a new flow with the same actions', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/flows', { name: 'x', detail: 'd', actions: [answer] });
  const copy = await api.ask('POST', `/flows/${body.id}/duplicate`);
  expect(copy.body).toMatchObject({
    name: 'x copy',
    detail: 'd',
    actions: body.actions,
    tm_delete: neverTime,
  });
  expect(copy.body.id).not.toBe(body.id);
  expect((await api.ask('GET', '/flows')).body.result.map(({ id }: { id: string }) => id)).toEqual([
    copy.body.id,
    body.id,
  ]);
  expect((await api.ask('POST', `/flows/${zeroId}/duplicate`)).status).toBe(404);
});

test('1 000 actions are taken, 1 001 are not', async () => {
  await using api = await givenApi();
  const actions = Array.from({ length: 1_000 }, () => answer);
  expect((await api.ask('POST', '/flows', { name: 'x', actions })).status).toBe(200);
  const refused = await api.ask('POST', '/flows', { name: 'x', actions: [...actions, answer] });
  expect(refused.status).toBe(400);
  expect(refused.body.error.details).toEqual([{ path: 'actions', message: 'must be at most 1000 actions' }]);
});

test('256 KiB are taken, more are too large', async () => {
  await using api = await givenApi();
  const actions = (bytes: number) => [{ type: 'talk', option: { text: 'x'.repeat(bytes - 38) } }];
  expect(JSON.stringify(actions(262_144))).toHaveLength(262_144);
  expect((await api.ask('POST', '/flows', { name: 'x', actions: actions(262_144) })).status).toBe(200);
  for (const path of ['/flows', '/flows/validate']) {
    const refused = await api.ask('POST', path, { name: 'x', actions: actions(262_145) });
    expect(refused.status).toBe(413);
    expect(refused.body.error).toMatchObject({ reason: 'TOO_LARGE', details: [{ path: 'actions' }] });
  }
});

test('lists come in pages, newest first', async () => {
  await using api = await givenApi();
  for (let index = 0; index < 5; index++) await api.ask('POST', '/flows', { name: `flow ${index}` });
  const names: string[] = [];
  let path = '/flows?page_size=2';
  for (let pages = 0; pages < 3; pages++) {
    const { body } = await api.ask('GET', path);
    names.push(...body.result.map(({ name }: { name: string }) => name));
    expect(body.next_page_token === '').toBe(pages === 2);
    path = `/flows?page_size=2&page_token=${body.next_page_token}`;
  }
  expect(names).toEqual(['flow 4', 'flow 3', 'flow 2', 'flow 1', 'flow 0']);
});

test('a list that is asked for in a way we do not know is refused', async () => {
  await using api = await givenApi();
  const sizes = ['0', '101', 'x', '', '1&page_size=2', '-1', '1e1'].map((size) => `page_size=${size}`);
  for (const query of [...sizes, 'page_token=x', 'page_token=', 'foo=1']) {
    const { status, body } = await api.ask('GET', `/flows?${query}`);
    expect(status, query).toBe(400);
    expect(body.error.details, query).toMatchObject([{ path: query.split('=')[0] }]);
  }
});

test('a flow names the one that runs after it, until it names none', async () => {
  await using api = await givenApi();
  const after = (await api.ask('POST', '/flows', { name: 'after' })).body;
  expect(after.on_complete_flow_id).toBe(zeroId);
  const flow = (await api.ask('POST', '/flows', { name: 'x', on_complete_flow_id: after.id })).body;
  expect(flow.on_complete_flow_id).toBe(after.id);
  expect((await api.ask('GET', `/flows/${flow.id}`)).body).toEqual(flow);
  expect((await api.ask('GET', '/flows')).body.result[0]).toEqual(flow);
  expect((await api.ask('POST', `/flows/${flow.id}/duplicate`)).body.on_complete_flow_id).toBe(after.id);
  expect((await api.ask('PUT', `/flows/${flow.id}`, { name: 'y' })).body.on_complete_flow_id).toBe(after.id);
  const cleared = await api.ask('PUT', `/flows/${flow.id}`, { on_complete_flow_id: zeroId });
  expect(cleared.body.on_complete_flow_id).toBe(zeroId);
});

test('a flow that completes with one that is not there, itself, a circle or too long a chain is refused', async () => {
  await using api = await givenApi();
  const make = (on_complete_flow_id = zeroId) =>
    api.ask('POST', '/flows', { name: 'x', on_complete_flow_id });
  const refused = async (answer: Promise<Answer>, message: string) => {
    const { status, body } = await answer;
    expect(status).toBe(400);
    expect(body.error.details).toEqual([{ path: 'on_complete_flow_id', message }]);
  };
  await refused(make('11111111-1111-4111-8111-111111111111'), 'no such flow');
  const first = (await make()).body.id;
  let last = first;
  for (let links = 1; links <= 5; links++) last = (await make(last)).body.id;
  await refused(make(last), 'leads through more than 5 flows');
  for (const id of [first, last]) {
    const answer = api.ask('PUT', `/flows/${first}`, { on_complete_flow_id: id });
    await refused(answer, 'leads back to this flow');
  }
  expect((await api.ask('GET', `/flows/${first}`)).body.on_complete_flow_id).toBe(zeroId);
});

test('a flow stored before there were completions has none', async () => {
  await using api = await givenApi();
  const record = givenFlow();
  await api.store.flows.insert(record);
  expect((await api.ask('GET', `/flows/${record.id}`)).body.on_complete_flow_id).toBe(zeroId);
});

test('secrets of actions are in no answer, stay when sent back hidden, and validation advises a stored webhook', async () => {
  const catalogue = await loadActions();
  await using api = await givenApi({ validateFlow: async (json) => checkFlow(JSON.parse(json), catalogue) });
  const send = {
    id: 'it',
    type: 'webhook_send',
    option: { uri: 'https://a.test/', auth: { type: 'bearer', token: 's3cret' } },
  };
  const created = await api.ask('POST', '/flows', { name: 'x', actions: [send] });
  const { id, actions } = created.body;
  expect(actions[0].option.auth).toEqual({ type: 'bearer', token: '********' });
  const back = await api.ask('PUT', `/flows/${id}`, { detail: 'new', actions });
  expect(back).toMatchObject({ status: 200 });
  const copy = await api.ask('POST', `/flows/${id}/duplicate`);
  for (const { body } of [
    created,
    back,
    copy,
    await api.ask('GET', '/flows'),
    await api.ask('GET', `/flows/${id}`),
  ])
    expect(JSON.stringify(body)).not.toContain('s3cret');
  for (const flow of [id, copy.body.id])
    expect((await api.store.flows.get(flow))?.actions[0]?.option).toEqual(send.option);
  const hidden = { ...send, id: 'other', option: actions[0].option };
  const refused = await api.ask('PUT', `/flows/${id}`, { actions: [send, hidden] });
  expect(refused.status).toBe(400);
  expect(refused.body.error.details).toMatchObject([{ path: 'actions[1].option.auth.token' }]);
  const verdict = await api.ask('POST', '/flows/validate', { actions: [send] });
  expect(verdict.body).toMatchObject({
    valid: true,
    warnings: [
      {
        path: 'actions[0].option.auth.token',
        message: expect.stringContaining('stored webhook (`webhook_id`)'),
      },
    ],
  });
});
