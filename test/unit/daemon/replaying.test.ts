import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually } from '../../support/until.ts';
import { WebhookSink } from '../../support/webhook-sink.ts';
import { givenWholeDaemon, type WholeDaemon } from '../../support/whole-daemon.ts';
import { givenFakeTools } from '../../support/wire/fake-tools.ts';

const tools = givenFakeTools();
afterAll(() => tools[Symbol.dispose]());

let daemon: WholeDaemon;
let server: WebhookSink;
beforeAll(async () => {
  server = await WebhookSink.open();
  daemon = await givenWholeDaemon({ ARIFLOW_WEBHOOK_ALLOW: '127.0.0.0/8' });
});
afterAll(async () => {
  await daemon[Symbol.asyncDispose]();
  await server[Symbol.asyncDispose]();
});

interface Call {
  readonly id: string;
  readonly status: string;
  readonly flow_id: string;
  readonly action: { readonly id: string };
}

interface Answer {
  readonly is_same: boolean;
  readonly steps: readonly { readonly was?: string; readonly is?: string }[];
  readonly assumed: readonly string[];
  readonly ended: { readonly how: string };
}

interface Refusal {
  readonly error: { readonly message: string; readonly details: readonly { readonly path: string }[] };
}

const replay = async (id: string, body?: object) =>
  daemon.api.post<Answer & Refusal>(`/v1.0/calls/${id}/replay`, body);

async function flow(actions: readonly object[], more: object = {}): Promise<string> {
  const { body } = await daemon.api.post<{ id: string }>('/v1.0/flows', { name: 'traced', actions, ...more });
  expect(body.id, JSON.stringify(body)).toBeTypeOf('string');
  return body.id;
}

let number = 700;

interface Met {
  readonly actions: readonly object[];
  /** What he presses, by the action at which he does. */
  readonly presses?: Readonly<Record<string, string>>;
  readonly isTraced?: boolean;
  /** What else is said of its flow. */
  readonly more?: object;
  /** The action that it is left at; none: it ends. */
  readonly until?: string;
}

async function callOf({ actions, presses = {}, isTraced = true, more, until }: Met): Promise<Call> {
  const dialled = String(number++);
  const call_flow_id = await flow(actions, { trace: isTraced, ...more });
  await daemon.api.post('/v1.0/numbers', { number: dialled, call_flow_id });
  const channel = daemon.asterisk.dial({ number: dialled });
  const call = async (): Promise<Call> =>
    (await daemon.api.get<{ result: Call[] }>(`/v1.0/calls?number=${dialled}`)).body.result[0]!;
  for (const [action, keys] of Object.entries(presses)) {
    await eventually(async () => (await call())?.action.id === action, { what: action });
    daemon.asterisk.press(channel, keys);
  }
  const isThere = async (): Promise<boolean> => {
    const { status, action } = (await call()) ?? {};
    return until === undefined ? status === 'hangup' : action?.id === until;
  };
  await eventually(isThere, { what: until ?? 'the end' });
  return call();
}

const key = { id: 'key', type: 'digits_receive', option: { duration: 30_000, length: 1 } };
const where = (one: string, two: string) => ({
  id: 'where',
  type: 'branch',
  option: { target_ids: { '1': one, '2': two } },
});
const ends = [
  { id: 'one', type: 'talk', option: { text: 'One.' }, next_id: 'bye' },
  { id: 'two', type: 'talk', option: { text: 'Two.' } },
  { id: 'bye', type: 'hangup' },
];
const up = { id: 'up', type: 'answer' };
const menu = [up, key, where('one', 'two'), ...ends];
const rest = { id: 'rest', type: 'sleep', option: { duration: 600_000 } };

const same = (...steps: string[]) => steps.map((step) => ({ was: step, is: step }));

describe('POST /v1.0/calls/{id}/replay', () => {
  test('meets a call once more with what ran then, although that has another form by now', async () => {
    const { id, flow_id } = await callOf({ actions: menu, presses: { key: '2' } });
    await daemon.api.put(`/v1.0/flows/${flow_id}`, { actions: [{ type: 'hangup' }] });
    const before = (await daemon.api.get('/v1.0/calls')).body;
    const { status, body } = await replay(id);
    expect(status).toBe(200);
    expect(body).toEqual({
      call_id: id,
      is_same: true,
      steps: same(
        ...['answer up', 'digits_receive key', 'branch where', 'talk two', 'hangup bye'],
        'hung up by the flow',
      ),
      assumed: [],
      ended: { how: 'flow', reason: 'normal', at: expect.any(Number) },
    });
    // Nobody was called, and nothing is written down.
    expect((await daemon.api.get('/v1.0/calls')).body).toEqual(before);
  });

  test('says what the same caller would have met with other actions, and with a stored flow', async () => {
    const { id } = await callOf({ actions: menu, presses: { key: '1' } });
    const other = [up, key, where('two', 'one'), ...ends];
    const given = [{ actions: other }, { flow_id: await flow(other) }];
    for (const body of given) {
      const answer = await replay(id, body);
      expect(answer.body).toMatchObject({ is_same: false, ended: { how: 'flow' } });
      expect(answer.body.steps).toEqual([
        ...same('answer up', 'digits_receive key', 'branch where'),
        ...[{ was: 'talk one' }, { is: 'talk two' }],
        ...same('hangup bye', 'hung up by the flow'),
      ]);
    }
  });

  test('asks no server: it answers what it answered', async () => {
    server.respondTo(({ path }) => path.startsWith('/who'), { body: '{"level":"gold"}' });
    const option = { sync: true, uri: `${server.url}/who?api_key=1234`, response: { type: 'json' } };
    const gold = { condition: '==', variable: 'level', value_string: 'gold', false_target_id: 'bye' };
    const { id } = await callOf({
      actions: [
        ...[up, { id: 'play', type: 'play', option: { stream_urls: ['sound:hello'] } }],
        { id: 'who', type: 'webhook_send', option },
        ...[{ id: 'vip', type: 'condition_variable', option: gold }, ...ends],
      ],
    });
    const asked = server.requests.length;
    const { body } = await replay(id, {});
    expect(body).toMatchObject({ is_same: true, assumed: [] });
    expect(body.steps.map(({ is }) => is)).toContain(`POST ${server.url}/who: 200`);
    expect(server.requests.length).toBe(asked);
    expect(JSON.stringify(body)).not.toContain('1234');
    // Of a request that was not made then nobody knows, and what is secret in it is not said.
    const unknown = { ...option, uri: `${server.url}/other?api_key=1234` };
    const other = await replay(id, { actions: [up, { type: 'webhook_send', option: unknown }] });
    expect(other.body.assumed).toEqual([`nobody answers at ${server.url}/other`]);
  });

  test('takes digits in the place of those that were for the flow alone', async () => {
    const record = { id: 'record', type: 'recording_start', option: { digits: 'absorb' } };
    const { id } = await callOf({
      actions: [up, record, key, where('one', 'two'), ...ends],
      presses: { key: '2' },
    });
    const unknown = await replay(id);
    expect(unknown.body).toMatchObject({
      is_same: false,
      assumed: ['the keys at key were not kept, and no digits say them'],
    });
    expect((await replay(id, { digits: ['2'] })).body).toMatchObject({ is_same: true, assumed: [] });
  });

  test('says what it cannot know of a call whose trace is without digits', async () => {
    server.respondTo(({ path }) => path === '/echo', { body: '{"echo":"4711"}' });
    const option = { sync: true, uri: `${server.url}/echo` };
    const four = { id: 'four', type: 'digits_receive', option: { duration: 30_000, length: 4 } };
    const { id } = await callOf({
      actions: [up, four, { id: 'ask', type: 'webhook_send', option }, key, where('one', 'two'), ...ends],
      presses: { four: '4711', key: '2' },
      more: { trace_digits: 'mask' },
    });
    const unknown = await replay(id);
    expect(unknown.body).toMatchObject({ is_same: false });
    const assumed = [`the reply to POST ${server.url}/echo was not kept`];
    expect(unknown.body.assumed.toSorted()).toEqual([
      ...['four', 'key'].map((at) => `the keys at ${at} were not kept, and no digits say them`),
      ...assumed,
    ]);
    expect((await replay(id, { digits: ['4711', '2'] })).body).toMatchObject({ is_same: true, assumed });
  });

  test('of a flow that is deleted meets what its activeflow did', async () => {
    const { id, flow_id } = await callOf({ actions: menu, presses: { key: '1' } });
    expect((await daemon.api.delete(`/v1.0/flows/${flow_id}?force=true`)).status).toBe(200);
    const { status, body } = await replay(id);
    expect(status).toBe(200);
    expect(body).toMatchObject({ is_same: true, ended: { how: 'flow' } });
  });

  test('says of a call with more than is kept that the rest is missing', async () => {
    server.respondTo(({ path }) => path === '/much', { body: JSON.stringify({ text: 'x'.repeat(20_000) }) });
    const { id } = await callOf({
      actions: [
        { id: 'again', type: 'webhook_send', option: { sync: true, uri: `${server.url}/much` } },
        { id: 'loop', type: 'goto', option: { target_id: 'again', loop_count: 40 } },
      ],
    });
    const { status, body } = await replay(id);
    expect(status).toBe(200);
    expect(body.assumed).toContain('there was more than is kept of the call');
    expect(body.ended.how).toBe('flow');
  });

  test('ends where another flow would go on for ever', async () => {
    const { id } = await callOf({ actions: menu, presses: { key: '1' } });
    const loop = [
      { id: 'a', type: 'variable_set', option: { key: 'x', value: '1' } },
      { type: 'goto', option: { target_id: 'a', loop_count: 100_000 } },
    ];
    const { status, body } = await replay(id, { actions: loop });
    expect(status).toBe(200);
    expect(['failed', 'limit']).toContain(body.ended.how);
    expect(body.is_same).toBe(false);
  });

  test('goes on beside simulations, and what they have in common is the same each time', async () => {
    const { id } = await callOf({ actions: menu, presses: { key: '2' } });
    const wanted = { actions: menu, digits: ['1'], at: '2026-12-24T18:05:00+01:00' };
    const all = await Promise.all(
      Array.from({ length: 8 }, async (_, index) => {
        const answer = await (index % 2 === 0 ? replay(id) : daemon.api.post('/v1.0/flows/simulate', wanted));
        return [answer.status, JSON.stringify(answer.body)];
      }),
    );
    const [replayed, simulated] = all;
    for (const [index, answer] of all.entries())
      expect(answer).toEqual(index % 2 === 0 ? replayed : simulated);
    expect(replayed?.[1]).toContain('"is_same":true');
    expect(simulated?.[1]).toContain('"good":true');
  });

  test.for<[string, () => Promise<string>, number, RegExp]>([
    ['is none', async () => 'a0000000-0000-4000-8000-000000000009', 404, /no such call/],
    ['goes on', async () => (await callOf({ actions: [up, rest], until: 'rest' })).id, 409, /goes on/],
    [
      'was not traced',
      async () => (await callOf({ actions: [{ type: 'hangup' }], isTraced: false })).id,
      409,
      /was not traced: expected one whose flow has trace/,
    ],
  ])('refuses a call that %s', async ([, given, status, message]) => {
    const answer = await replay(await given());
    expect(answer.status).toBe(status);
    expect(answer.body.error.message).toMatch(message);
  });

  test.for<[object, string]>([
    [{ flow_id: 'a0000000-0000-4000-8000-000000000003' }, 'flow_id'],
    [{ actions: [{ type: 'tlak' }] }, 'actions[0].type'],
    [{ digits: ['1x'] }, 'digits[0]'],
    [{ flow: [] }, 'flow'],
  ])('refuses %j', async ([body, path]) => {
    const { id } = await callOf({ actions: [up, { id: 'bye', type: 'hangup' }] });
    const answer = await replay(id, body);
    expect(answer.status).toBe(400);
    expect(answer.body.error.details.map((each) => each.path)).toContain(path);
  });

  test('is for those who may write', async () => {
    const { body } = await daemon.api.post<{ token: string }>('/v1.0/tokens', {
      name: 'looks',
      scopes: ['read'],
    });
    const { id } = await callOf({ actions: [up, { id: 'bye', type: 'hangup' }] });
    const headers = { authorization: `Bearer ${body.token}` };
    const answer = await fetch(`${daemon.url}/v1.0/calls/${id}/replay`, { method: 'POST', headers });
    expect(answer.status).toBe(403);
  });
});
