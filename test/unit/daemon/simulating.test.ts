import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { givenWholeDaemon, type WholeDaemon } from '../../support/whole-daemon.ts';

let daemon: WholeDaemon;

beforeAll(async () => {
  daemon = await givenWholeDaemon();
});
afterAll(() => daemon[Symbol.asyncDispose]());

interface Answer {
  readonly ended: { readonly how: string; readonly reason: string; readonly at: number };
  readonly good: boolean;
  readonly steps: readonly { readonly at: number; readonly kind: string; readonly [key: string]: unknown }[];
  readonly variables: Readonly<Record<string, string>>;
}

const ask = (body: object) => daemon.api.post<Answer>('/v1.0/flows/simulate', body);

async function made(kind: string, body: object): Promise<string> {
  const answer = await daemon.api.post<{ id: string }>(`/v1.0/${kind}`, body);
  expect(answer.status).toBe(200);
  return answer.body.id;
}

const menu = [
  { id: 'ask', type: 'talk', option: { text: 'Press 1.', digits_handle: 'next' } },
  { id: 'key', type: 'digits_receive', option: { duration: 5_000, length: 1 } },
  { id: 'branch', type: 'branch', option: { target_ids: { 1: 'sales' }, default_target_id: 'bye' } },
  { id: 'sales', type: 'talk', option: { text: 'Hello ${customer}.' } },
  { id: 'bye', type: 'talk', option: { text: 'Goodbye.' } },
];

describe('POST /v1.0/flows/simulate', () => {
  test('says what a caller of a flow that is stored nowhere would hear', async () => {
    const { status, body } = await ask({ actions: menu, digits: ['1'], variables: { customer: 'Ada' } });
    expect(status).toBe(200);
    expect(body).toMatchObject({ ended: { how: 'flow', reason: 'normal' }, good: true });
    expect(body.steps.filter(({ kind }) => kind === 'heard').map(({ text }) => text)).toEqual([
      'Press 1.',
      'Hello Ada.',
      'Goodbye.',
    ]);
    expect(body.steps.find(({ kind }) => kind === 'event')).toEqual({
      at: 0,
      kind: 'event',
      type: 'activeflow_created',
    });
  });

  test('knows what is stored: numbers, flows, and what these point to', async () => {
    const tag = 'a0000000-0000-4000-8000-000000000001';
    await made('agents', {
      username: 'ada',
      addresses: [{ type: 'extension', target: '1001' }],
      tag_ids: [tag],
    });
    const queue = await made('queues', { name: 'desk', tag_ids: [tag] });
    const flow = await made('flows', {
      name: 'line',
      actions: [{ id: 'queue', type: 'queue_join', option: { queue_id: queue } }],
    });
    await made('numbers', { number: '200', call_flow_id: flow });
    const { body } = await ask({ number: '200', answers: ['human'] });
    expect(body.ended.how).toBe('flow');
    expect(body.steps.filter(({ kind }) => kind === 'called')).toEqual([
      { at: expect.any(Number), kind: 'called', endpoint: 'PJSIP/1001', answers: 'human' },
    ]);
    expect(body.steps.map(({ type }) => type)).toContain('queuecall_serviced');
    // None of it has happened.
    expect((await daemon.api.get<{ result: unknown[] }>('/v1.0/calls')).body.result).toEqual([]);
    expect((await daemon.api.get<{ result: unknown[] }>('/v1.0/queuecalls')).body.result).toEqual([]);
  });

  test('asks no server, and shows no credentials', async () => {
    const { body } = await ask({
      actions: [
        {
          id: 'send',
          type: 'webhook_send',
          option: {
            ...{ sync: true, uri: 'https://crm.example/pin', method: 'POST', data: '{}' },
            auth: { type: 'basic', username: 'ariflow', password: 'correct horse' },
            response: { map: [{ variable: 'pin', path: '$.pin' }] },
          },
        },
      ],
      webhooks: [{ url: 'https://crm.example/*', body: { pin: '7' } }],
    });
    expect(body.variables).toMatchObject({ pin: '7' });
    expect(body.steps.find(({ kind }) => kind === 'request')).toMatchObject({ status: 200 });
    const basic = Buffer.from('ariflow:correct horse').toString('base64');
    expect(JSON.stringify(body)).not.toContain(basic);
    expect(JSON.stringify(body)).not.toContain('correct horse');
  });

  test('is the same for the same seed, also where two are simulated at once', async () => {
    const wanted = { actions: menu, digits: ['1'], at: '2026-12-24T18:05:00+01:00', seed: 7 };
    const all = await Promise.all(Array.from({ length: 6 }, () => ask(wanted)));
    const [first = '', ...others] = all.map(({ body }) => JSON.stringify(body));
    expect(first).toContain('"good":true');
    for (const other of others) expect(other).toBe(first);
  });

  test('says where it was cut short: a loop, a call that would never end', async () => {
    const loop = [
      { id: 'a', type: 'variable_set', option: { key: 'x', value: '1' } },
      { type: 'goto', option: { target_id: 'a', loop_count: 100_000 } },
    ];
    expect((await ask({ actions: loop })).body).toMatchObject({ ended: { how: 'failed' }, good: false });
    const meeting = [
      { type: 'confbridge_join', option: { confbridge_id: 'a0000000-0000-4000-8000-000000000002' } },
    ];
    expect((await ask({ actions: meeting })).body).toMatchObject({
      ended: { how: 'limit' },
      good: false,
    });
  });

  test('has the caller do one thing after the other, and hang up when he has had enough', async () => {
    const asking = [
      { id: 'who', type: 'gather', option: { prompts: [{ text: 'Your number?' }], max_length: 4 } },
      { id: 'bye', type: 'talk', option: { text: 'Goodbye.' } },
    ];
    const did = async (body: object) => {
      const { ended, steps } = (await ask({ actions: asking, ...body })).body;
      const inputs = steps.filter(({ kind }) => kind === 'input');
      return [ended.how, ...inputs.map(({ did, what }) => `${did} ${what}`.trim())];
    };
    expect(await did({ does: [{ wait: true }, { press: '12#' }] })).toEqual(['flow', 'wait', 'press 12#']);
    expect(await did({ does: [{ press: '#' }], digits: ['7#'] })).toEqual(['flow', 'press #', 'press 7#']);
    expect(await did({ does: [{ hangup: true }] })).toEqual(['caller', 'hangup']);
    const { body } = await ask({ actions: asking, hangup_after: 200 });
    expect(body.ended).toMatchObject({ how: 'caller', at: 200 });
  });

  test('says what is wrong with what was sent', async () => {
    for (const [body, path] of [
      [{ actions: [{ type: 'tlak' }] }, 'actions[0].type'],
      [{ actions: [], digits: ['1x'] }, 'digits[0]'],
      [{ actions: [], does: [{ press: 'x' }] }, 'does[0].press'],
      [{ actions: [], hangup_after: -1 }, 'hangup_after'],
      [{ actions: [], at: 'noon' }, 'at'],
      [{ actions: [], answers: ['perhaps'] }, 'answers[0]'],
      [{ flow_id: 'a0000000-0000-4000-8000-000000000003' }, 'flow_id'],
    ] as const) {
      const answer = await daemon.api.post<{ error: { details: { path: string }[] } }>(
        '/v1.0/flows/simulate',
        body,
      );
      expect(answer.status).toBe(400);
      expect(answer.body.error.details.map((each) => each.path)).toContain(path);
    }
  });
});
