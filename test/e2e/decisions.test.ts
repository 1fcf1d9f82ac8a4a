import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { freePort } from '../support/free-port.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { System } from '../support/system.ts';
import { until } from '../support/until.ts';
import { WebhookSink } from '../support/webhook-sink.ts';

let system: System;
/** The server of a user, whom flows ask what to do. */
let server: WebhookSink;

beforeAll(async () => {
  system = await System.start();
  server = await WebhookSink.open();
});
// Failed actions are what some of these are about; a prompt that is skipped is told of by Asterisk.
afterEach(() => system.quiet([/action_failed/, /Playback failed for sound/]));
afterAll(async () => {
  await server.close();
  await system[Symbol.asyncDispose]();
});

const set = (key: string, value: string, id?: string) => ({
  ...(id && { id }),
  type: 'variable_set',
  option: { key, value },
});
const again = (target_id: string, loop_count: number) => ({
  type: 'goto',
  option: { target_id, loop_count },
});
/** Keeps the call until the test has seen what it wants. */
const stay = { id: 'stay', type: 'sleep', option: { duration: 60_000 } };

async function dial(number: string, from = 'test11'): Promise<{ call: OutgoingCall; callId: string }> {
  const phone = await system.caller();
  const call = await phone.call(number, { from });
  return { call, callId: await system.callTo(number) };
}

/** The ids (or types, where none was given) of the actions a call went by. */
function path(callId: string): unknown[] {
  return system.sink
    .eventsOf(callId)
    .filter(({ type }) => type === 'activeflow_updated')
    .map(({ data }) => {
      const { id, type } = data.current_action as { id: string; type: string };
      return /^[0-9a-f-]{36}$/.test(id) ? type : id;
    });
}

async function arrival(callId: string, id: string, timeout = 10_000): Promise<number> {
  const event = await system.sink.waitFor(
    ({ type, data }) =>
      type === 'activeflow_updated' &&
      data.reference_id === callId &&
      (data.current_action as { id: string }).id === id,
    { timeout },
  );
  return event.at;
}

async function variablesOf(callId: string): Promise<Readonly<Record<string, unknown>>> {
  const created = system.sink.eventsOf(callId).find(({ type }) => type === 'activeflow_created');
  const { body } = await system.api.get<Record<string, unknown>>(
    `/v1.0/activeflows/${String(created?.data.id)}/variables`,
  );
  return body;
}

describe('a decision', () => {
  test('about the caller refuses him before the answer, or not (AC-04)', async () => {
    await system.flowOn('reject', [
      {
        type: 'condition_variable',
        option: {
          condition: '==',
          variable: '${voipbin.call.source.target}',
          value_type: 'string',
          value_string: '+15550001111',
          false_target_id: 'other',
        },
      },
      { type: 'hangup', option: { reason: 'busy' } },
      { id: 'other', type: 'hangup', option: { reason: 'noanswer' } },
    ]);
    for (const [from, status] of [
      ['+15550001111', 486],
      ['+15550002222', 480],
    ] as const) {
      const { call, callId } = await dial('reject', from);
      expect(await call.final).toMatchObject({ status });
      await system.history(callId);
      expect(path(callId)).toEqual(['condition_variable', status === 486 ? 'hangup' : 'other']);
    }
  });

  test('about the time opens on the right days only, here and elsewhere (AC-17)', async () => {
    const dayIn = (timeZone: string) =>
      ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'].indexOf(
        new Intl.DateTimeFormat('en-US', { timeZone, weekday: 'short' }).format(new Date()),
      );
    const hours = (weekdays: readonly number[], timezone?: string) => [
      {
        type: 'condition_datetime',
        option: {
          condition: '==', hour: -1, minute: -1, day: -1, month: 0, weekdays, false_target_id: 'closed',
          ...(timezone && { timezone }),
        }, // biome-ignore format: as the seed has it
      },
      { type: 'answer' },
      { type: 'hangup' },
      { id: 'closed', type: 'hangup', option: { reason: 'busy' } },
    ];
    const all = [0, 1, 2, 3, 4, 5, 6];
    await system.flowOn('open', hours([dayIn('UTC')]));
    await system.flowOn('closed', hours(all.filter((day) => day !== dayIn('UTC'))));
    await system.flowOn('kiritimati', hours([dayIn('Pacific/Kiritimati')], 'Pacific/Kiritimati'));
    for (const [number, status] of [
      ['open', 200],
      ['closed', 486],
      ['kiritimati', 200],
    ] as const) {
      const { call, callId } = await dial(number);
      expect(await call.final, number).toMatchObject({ status });
      await call.ended;
      await system.history(callId);
    }
  });
});

describe('a menu (AC-02)', () => {
  const menu = (prompt: Readonly<Record<string, unknown>>, patience: number) => [
    { type: 'answer' },
    { id: 'menu', ...prompt },
    { id: 'digits', type: 'digits_receive', option: { duration: patience, length: 1 } },
    {
      id: 'choose',
      type: 'branch',
      option: { default_target_id: 'invalid', target_ids: { '1': 'sales', '2': 'support' } },
    },
    { id: 'sales', type: 'beep' },
    { type: 'hangup' },
    { id: 'support', type: 'beep' },
    { type: 'hangup' },
    { id: 'invalid', type: 'beep' },
    { id: 'retry', ...again('menu', 2) },
    { id: 'goodbye', type: 'beep' },
    { id: 'end', type: 'hangup' },
  ];
  const spoken = {
    type: 'talk',
    option: { text: 'Press one for sales, or two for support, whichever you like.', digits_handle: 'next' },
  };

  test('without input is heard three times in all, then given up', async () => {
    await system.flowOn('silent', menu({ type: 'beep' }, 300));
    const { call, callId } = await dial('silent');
    expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
    await system.history(callId);
    const round = ['menu', 'digits', 'choose', 'invalid', 'retry'];
    expect(path(callId)).toEqual(['answer', ...round, ...round, ...round, 'goodbye', 'end']);
  });

  test('takes a digit during its prompt, and another after a wrong one', async () => {
    await system.flowOn('menu', menu(spoken, 5_000));
    const { call, callId } = await dial('menu');
    await call.answered;
    await until(() => call.heard.firstSoundAt(0), { what: 'the prompt' });
    await call.digits('9');
    await arrival(callId, 'invalid');
    await until(() => path(callId).filter((id) => id === 'menu').length === 2);
    await call.digits('1');
    await call.ended;
    await system.history(callId);
    expect(path(callId)).toEqual([
      'answer', 'menu', 'digits', 'choose', 'invalid', 'retry', 'menu', 'digits', 'choose', 'sales', 'hangup',
    ]); // biome-ignore format: a list of names
  });
});

test('a PIN opens at the second try, and three wrong ones end the call', async () => {
  await system.flowOn('pin', [
    { type: 'answer' },
    { id: 'ask', type: 'beep' },
    { type: 'digits_receive', option: { duration: 10_000, length: 5, key: '#', clear: true } },
    {
      type: 'condition_variable',
      option: {
        condition: '==',
        variable: 'voipbin.call.digits',
        value_string: '4711#',
        false_target_id: 'wrong',
      },
    },
    { ...set('entered', 'yes'), next_id: 'stay' },
    { ...again('ask', 2), id: 'wrong' },
    { type: 'hangup' },
    stay,
  ]);
  const enter = async (call: OutgoingCall, callId: string, pin: string, attempt: number) => {
    await until(() => path(callId).filter((id) => id === 'digits_receive').length === attempt);
    await call.digits(pin, { duration: 60, gap: 60 });
  };
  // One after the other: two calls to one number are told apart by their order only.
  const good = await dial('pin');
  const bad = await dial('pin');
  const enterAll = async ({ call, callId }: typeof good, ...pins: readonly string[]) => {
    await call.answered;
    for (const [index, pin] of pins.entries()) await enter(call, callId, pin, index + 1);
  };
  await Promise.all([enterAll(good, '4712#', '4711#'), enterAll(bad, '1#', '2#', '3#')]);
  await arrival(good.callId, 'stay');
  expect(await variablesOf(good.callId)).toMatchObject({ entered: 'yes', 'voipbin.call.digits': '4711#' });
  await good.call.bye();
  expect(await bad.call.ended).toMatchObject({ by: 'them', how: 'BYE' });
  await Promise.all([system.history(good.callId), system.history(bad.callId)]);
}, 30_000);

describe('a fetched flow (AC-15)', () => {
  const fetching = (event_url: string, option: Readonly<Record<string, unknown>> = {}) => ({
    id: 'fetch',
    type: 'fetch',
    option: { event_url, event_method: 'POST', ...option },
  });

  test('is run in the middle of the main one, and may jump back into it', async () => {
    server.respondTo(({ path }) => path === '/next', {
      body: JSON.stringify([
        { type: 'talk', option: { text: 'Hello ${voipbin.call.source.target}', language: 'en-US' } },
        set('fetched', 'from ${voipbin.call.source.target}'),
        { type: 'goto', option: { target_id: 'back', loop_count: 1 } },
      ]),
    });
    await system.flowOn('fetch', [
      { type: 'answer' },
      set('order', '7'),
      fetching(`${server.url}/next`),
      { id: 'skipped', type: 'beep' },
      { id: 'back', type: 'beep' },
      stay,
    ]);
    const { call, callId } = await dial('fetch', 'carol');
    await arrival(callId, 'stay');
    expect(path(callId)).toEqual([
      'answer',
      'variable_set',
      'fetch',
      'talk',
      'variable_set',
      'goto',
      'back',
      'stay',
    ]);
    expect(await variablesOf(callId)).toEqual({ order: '7', fetched: 'from carol' });
    const request = server.requests.find(({ path: asked }) => asked === '/next');
    expect(request).toMatchObject({
      method: 'POST',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': expect.stringMatching(/^ariflow\//),
      },
      body: {
        activeflow_id: expect.any(String),
        reference_type: 'call',
        reference_id: callId,
        variables: { order: '7' },
      },
    });
    expect(call.heard.sounds().length).toBeGreaterThan(0);
    await call.bye();
    await system.history(callId);
  });

  test('is asked for by GET through redirects, each with the facts it was given', async () => {
    server.respondTo(({ path }) => path.startsWith('/moved?'), {
      status: 302,
      headers: { location: '/here?k=v' },
    });
    server.respondTo(({ path }) => path === '/here?k=v', { body: '{"actions":[]}' });
    await system.flowOn('get', [
      fetching(`${server.url}/moved?tag=\${voipbin.call.source.target}`, { event_method: 'GET' }),
      stay,
    ]);
    const { call, callId } = await dial('get', 'a&b');
    await arrival(callId, 'stay');
    const first = server.requests.find(({ path }) => path.startsWith('/moved?'));
    expect(Object.fromEntries(new URL(first?.path ?? '', server.url).searchParams)).toMatchObject({
      tag: 'a&b',
      reference_type: 'call',
      reference_id: callId,
    });
    await call.cancel();
    await system.history(callId);
  });

  test('from a server that is dead, lies, or sends 10 MB is that action’s failure, and the call goes on', async () => {
    const dead = await freePort('tcp');
    const wrong = { type: 'sleep', option: { duration: -1 } };
    server.respondTo(({ path }) => path === '/html', { body: '<html>' });
    server.respondTo(({ path }) => path === '/wrong', {
      body: JSON.stringify([wrong, { type: 'nonsense' }]),
    });
    server.respondTo(({ path }) => path === '/huge', { bytes: 10_000_000 });
    server.respondTo(({ path }) => path === '/broken', { status: 500 });
    server.respondTo(({ path }) => path === '/reset', { instead: 'reset' });
    server.respondTo(({ path }) => path === '/hang', { instead: 'hang' });
    const cases = [
      ['dead', `http://127.0.0.1:${dead}/`, 'UNREACHABLE'],
      ['html', `${server.url}/html`, 'INVALID_RESPONSE'],
      ['wrong', `${server.url}/wrong`, 'INVALID_FLOW'],
      ['huge', `${server.url}/huge`, 'INVALID_RESPONSE'],
      ['broken', `${server.url}/broken`, 'SERVER_ERROR'],
      ['reset', `${server.url}/reset`, 'UNREACHABLE'],
      ['hang', `${server.url}/hang`, 'TIMEOUT'],
      ['metadata', 'http://169.254.169.254/', 'INVALID_REQUEST'],
    ] as const;
    await Promise.all(
      cases.map(async ([name, url, code]) => {
        const number = `fetch-${name}`;
        await system.flowOn(number, [
          { type: 'answer' },
          set('url', url),
          { ...fetching('${url}', { timeout: 2_000 }), on_error_id: 'sorry' },
          { type: 'hangup' },
          { id: 'sorry', type: 'beep' },
          stay,
        ]);
        const { call, callId } = await dial(number);
        await arrival(callId, 'stay');
        expect(await variablesOf(callId), name).toMatchObject({
          'voipbin.action.error.type': 'fetch',
          'voipbin.action.error.code': code,
        });
        await call.bye();
        await system.history(callId);
        const [failed, ...more] = system.sink.eventsOf(callId).filter(({ type }) => type === 'action_failed');
        expect(more).toEqual([]);
        if (name === 'wrong') {
          expect(failed?.data.message).toMatch(/actions\[0\]\.option\.duration: .*; actions\[1\]\.type: /);
        }
        expect(String(failed?.data.message)).not.toContain('127.0.0.1');
      }),
    );
  }, 30_000);

  test('from a server that takes 8 s comes in time: the call has lived on', async () => {
    server.respondTo(({ path }) => path === '/slow', {
      delay: 8_000,
      body: JSON.stringify([{ id: 'late', type: 'beep' }]),
    });
    await system.flowOn('slow', [{ type: 'answer' }, fetching(`${server.url}/slow`), stay]);
    const { call, callId } = await dial('slow');
    const began = await arrival(callId, 'fetch');
    const waited = (await arrival(callId, 'late', 25_000)) - began;
    expect(waited).toBeGreaterThan(7_900);
    expect(waited).toBeLessThan(20_000);
    await arrival(callId, 'stay');
    await call.bye();
    await system.history(callId);
  }, 30_000);

  test('whose caller hangs up meanwhile is given up: the request is broken off, and nothing else runs', async () => {
    const asked = Promise.withResolvers<number>();
    const brokenOff = Promise.withResolvers<number>();
    const slow = createServer((_request, response) => {
      asked.resolve(performance.now());
      response.on('close', () => brokenOff.resolve(performance.now()));
    }).listen(0, '127.0.0.1');
    await once(slow, 'listening');
    try {
      const { port } = slow.address() as AddressInfo; // a TCP server has one
      await system.flowOn('gone', [
        { type: 'answer' },
        fetching(`http://127.0.0.1:${port}/`, { retries: 4 }),
        stay,
      ]);
      const { call, callId } = await dial('gone');
      await call.answered;
      await asked.promise;
      const hungUp = performance.now();
      await call.bye();
      expect((await brokenOff.promise) - hungUp).toBeLessThan(5_000);
      await system.history(callId);
      expect(path(callId)).toEqual(['answer', 'fetch']);
      expect(system.sink.types(system.sink.eventsOf(callId))).not.toContain('action_failed');
    } finally {
      slow.closeAllConnections();
      slow.close();
    }
  });
});

describe('without a call', () => {
  test('a flow runs what needs none, and is told what it leaves out', async () => {
    server.respondTo(({ path }) => path === '/api', { body: '[]' });
    const report = { type: 'fetch', option: { event_url: `${server.url}/api`, event_method: 'POST' } };
    const { status, body } = await system.api.post<Record<string, unknown>>('/v1.0/activeflows', {
      actions: [{ type: 'talk', option: { text: 'hello' } }, set('sum', '${a}${a}'), report],
      variables: { a: 'x', 'voipbin.activeflow.id': 'forged' },
    });
    expect(status).toBe(200);
    expect(body).toMatchObject({
      reference_type: 'api',
      warnings: [{ path: 'actions[0]', message: expect.stringContaining('talk') }],
    });
    const request = await server.waitFor(({ path }) => path === '/api');
    expect(request.body).toEqual({
      activeflow_id: body.id,
      reference_type: 'api',
      reference_id: '00000000-0000-0000-0000-000000000000',
      variables: { a: 'xx'.slice(1), sum: 'xx' },
    });
    await system.sink.waitFor(({ type, data }) => type === 'activeflow_deleted' && data.id === body.id);
  });

  test('a completion flow tells of the call that is over, once, however it ended', async () => {
    server.respondTo(({ path }) => path === '/done', { body: '[]' });
    const report = { type: 'fetch', option: { event_url: `${server.url}/done`, event_method: 'POST' } };
    const after = await system.api.post<{ id: string }>('/v1.0/flows', {
      name: 'after',
      actions: [set('status', '${voipbin.call.status} of ${voipbin.call.source.target}'), report],
    });
    const flow = await system.flowOn('complete', [{ type: 'answer' }, set('order', '7'), stay]);
    const changed = await system.api.put(`/v1.0/flows/${flow}`, { on_complete_flow_id: after.body.id });
    expect(changed.status).toBe(200);
    const circle = await system.api.put(`/v1.0/flows/${after.body.id}`, { on_complete_flow_id: flow });
    expect(circle.status).toBe(400);
    const { call, callId } = await dial('complete', 'dave');
    await call.answered;
    await arrival(callId, 'stay');
    await call.bye();
    await system.history(callId);
    const request = await server.waitFor(({ path }) => path === '/done');
    expect(request.body).toMatchObject({
      reference_type: 'api',
      variables: { order: '7', status: 'hangup of dave', 'voipbin.call.id': callId },
    });
    const { activeflow_id } = request.body as { activeflow_id: string };
    await system.sink.waitFor(({ type, data }) => type === 'activeflow_deleted' && data.id === activeflow_id);
    expect(server.requests.filter(({ path }) => path === '/done')).toHaveLength(1);
  });
});
