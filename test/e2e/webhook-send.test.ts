import { createHmac } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Webhook } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { openRawServer, rawAnswer } from '../support/raw-server.ts';
import { System } from '../support/system.ts';
import { loudness, sampleRate, soundShare, tone } from '../support/tones.ts';
import { until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';
import { readWav } from '../support/wav.ts';
import { type WebhookRequest, WebhookSink } from '../support/webhook-sink.ts';

/** What a proxy would have, with the daemon behind it. */
const publicUrl = 'https://calls.example.com/pbx';
/** Of the seed's examples. */
const customerId = '12345678-1234-1234-1234-123456789012';

let system: System;
/** The user's own server; `system.sink` gets the events. */
let crm: WebhookSink;

beforeAll(async () => {
  system = await System.start({
    env: {
      ARIFLOW_TIMEZONE: 'Asia/Kolkata',
      ARIFLOW_PUBLIC_URL: publicUrl,
      ARIFLOW_CUSTOMER_ID: customerId,
      ARIFLOW_LOG_LEVEL: 'debug',
    },
  });
  crm = await WebhookSink.open();
});
// The one daemon that is killed leaves its sockets to Asterisk, and its call to the next.
afterEach(() => system.quiet([/action_failed/, /later_request_given_up/, /web ?socket/i, /orphan_hung_up/]));
afterAll(async () => {
  await crm.close();
  await system[Symbol.asyncDispose]();
});

const idle = { type: 'sleep', option: { duration: 60_000 } };
const answer = { type: 'answer' };
const webhook = (path: string, option: Readonly<Record<string, unknown>> = {}) => ({
  id: 'it',
  type: 'webhook_send',
  option: { sync: true, uri: `${crm.url}${path}`, ...option },
});

interface Live {
  readonly call: Awaited<ReturnType<Awaited<ReturnType<System['caller']>>['call']>>;
  readonly callId: string;
}

async function dial(number: string, actions: readonly unknown[], from = '15551230000'): Promise<Live> {
  await system.flowOn(number, actions);
  return again(number, from);
}

async function again(number: string, from = '15551230000'): Promise<Live> {
  const phone = await system.caller(from);
  const call = await phone.call(number);
  return { call, callId: await system.callTo(number) };
}

/** The variables of a call's activeflow once it is at this action. */
async function variablesAt(callId: string, actionId: string): Promise<Record<string, string>> {
  const event = await system.sink.waitFor(
    ({ type, data }) =>
      type === 'activeflow_updated' && data.reference_id === callId && idOf(data.current_action) === actionId,
  );
  const { body } = await system.api.get<Record<string, string>>(
    `/v1.0/activeflows/${String(event.data.id)}/variables`,
  );
  return body;
}

async function bye({ call, callId }: Live): Promise<void> {
  if (!call.isEnded) await call.bye();
  await system.history(callId);
}

const at = (path: string) => (request: WebhookRequest) => request.path.split('?')[0] === path;
const count = (path: string) => crm.requests.filter(at(path)).length;

test('replies are read as real servers send them, and what cannot be read is said, never guessed', async () => {
  const latin = 'Content-Type: application/json; charset=ISO-8859-1';
  const interim = Buffer.from('HTTP/1.1 100 Continue\r\n\r\n');
  const soap =
    '\n<?xml version="1.0" encoding="UTF-16"?><s:Envelope xmlns:s="urn:s"><s:Body><m:Got xmlns:m="urn:m"><m:name>Zoë</m:name></m:Got></s:Body></s:Envelope>';
  await using server = await openRawServer({
    '/latin': rawAnswer([latin], Buffer.from('{"name":"M\xFCller","id":12345678901234567890}', 'latin1')),
    '/soap': rawAnswer(['Content-Type: text/xml'], Buffer.from(`\uFEFF${soap}`, 'utf16le')),
    '/packed': Buffer.concat([interim, rawAnswer(['Content-Encoding: gzip'], gzipSync('{"price":1.10}'))]),
    '/wrong': rawAnswer(['Content-Type: application/json'], Buffer.from('{"name":"M\xFCller"}', 'latin1')),
    '/broken': rawAnswer([], '{"name":"cut off"}').subarray(0, -3),
  });
  const ask = (path: string, next: string, map: Readonly<Record<string, string>>, type = 'json') => ({
    ...webhook('', {
      uri: `${server.url}${path}`,
      retries: 2,
      success_id: next,
      failure_id: next,
      response: { type, map: Object.entries(map).map(([variable, at]) => ({ variable, path: at })) },
    }),
    id: path.slice(1),
  });
  const kept = (id: string, next: string) => ({
    id,
    type: 'variable_set',
    option: { key: id, value: '${voipbin.webhook.response_status} ${voipbin.webhook.error_reason}' },
    next_id: next,
  });
  const live = await dial('real', [
    answer,
    ask('/latin', 'soap', { 'flow.key.name': '$.name', 'flow.key.id': 'data.id' }),
    ask(
      '/soap',
      'packed',
      { 'flow.key.plain': '/Envelope/Body/Got/name', 'flow.key.named': '//m:name' },
      'xml',
    ),
    ask('/packed', 'wrong', { 'flow.key.price': '$.price' }),
    ask('/wrong', 'first', { 'flow.key.bad': '$.name' }),
    kept('first', 'broken'),
    ask('/broken', 'second', { 'flow.key.bad': '$.name' }),
    kept('second', 'end'),
    { id: 'end', ...idle },
  ]);
  const variables = await variablesAt(live.callId, 'end');
  expect(variables).toMatchObject({
    'flow.key.name': 'Müller',
    'flow.key.id': '12345678901234567890',
    'flow.key.plain': 'Zoë',
    'flow.key.named': 'Zoë',
    'flow.key.price': '1.10',
    first: 'FAILED INVALID_RESPONSE',
    second: 'FAILED INVALID_RESPONSE',
  });
  expect(variables).not.toHaveProperty('flow.key.bad');
  expect(server.asked.get('/broken')).toBe(1);
  await bye(live);
});

test('a request through a stored webhook is signed as its deliveries are, waited for or not', async () => {
  const { body: stored } = await system.api.post<{ id: string; secret: string }>('/v1.0/webhooks', {
    name: 'crm',
    uri: `${crm.url}/signed`,
    event_types: [],
  });
  const option = { uri: '', webhook_id: stored.id, data: { key: 'Zoë' } };
  const live = await dial('signed', [
    answer,
    webhook('', option),
    { ...webhook('', { ...option, sync: false }), id: 'later' },
    { id: 'end', ...idle },
  ]);
  await until(() => count('/signed') === 2);
  for (const { rawBody, headers } of crm.requests.filter(at('/signed'))) {
    expect(new Webhook(stored.secret).verify(rawBody.toString(), headers)).toEqual({ key: 'Zoë' });
    const hmac = createHmac('sha256', stored.secret).update(rawBody).digest('hex');
    expect(headers['x-voipbin-signature']).toBe(`sha256=${hmac}`);
  }
  await bye(live);
});

test('a customer is looked up, and the flow goes where his record says', async () => {
  crm.respondTo(at('/customers'), {
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ customer: { name: 'Zoë "Z" Ärger', tier: 'gold', phones: ['1', '2'] } }),
  });
  const actions = [
    answer,
    webhook('/customers', {
      auth: { type: 'basic', username: 'flow', password: 'sesame' },
      headers: [{ name: 'X-Tenant', value: '7' }],
      query: [{ name: 'number', value: '+${voipbin.call.source.target}' }],
      data: '{"number": "${voipbin.call.source.target}"}',
      response: {
        type: 'json',
        map: [
          { variable: 'flow.key.tier', path: 'data.customer.tier', mandatory: true },
          { variable: 'user.key.name', path: '$.customer.name' },
          { variable: 'flow.key.phone', path: 'data.customer.phones' },
        ],
      },
      success_id: 'choose',
      failure_id: 'sorry',
    }),
    { id: 'sorry', ...idle },
    {
      id: 'choose',
      type: 'branch',
      option: { variable: 'flow.key.tier', target_ids: { gold: 'gold' }, default_target_id: 'sorry' },
    },
    { id: 'gold', ...idle },
  ];
  const live = await dial('crm', actions);
  const variables = await variablesAt(live.callId, 'gold');
  const request = await crm.waitFor(at('/customers'));
  expect(request).toMatchObject({
    method: 'POST',
    path: '/customers?number=%2B15551230000',
    body: { number: '15551230000' },
  });
  expect(request.headers).toMatchObject({
    authorization: `Basic ${Buffer.from('flow:sesame').toString('base64')}`,
    'x-tenant': '7',
    'content-type': 'application/json',
  });
  expect(variables).toMatchObject({
    'flow.key.tier': 'gold',
    'flow.key.phone_1': '1',
    'flow.key.phone_2': '2',
    'flow.key.phone_size': '2',
    'flow.key.response_status': 'SUCCESS',
    'flow.key.response_status_code': '200',
    'voipbin.webhook.response_error': 'false',
  });
  await bye(live);
  // What was learnt of the contact is there in his next call, and in nobody else's.
  await system.flowOn('crm-next', [
    answer,
    { type: 'variable_set', option: { key: 'hi', value: '${user.key.name}' } },
    { id: 'end', ...idle },
  ]);
  const next = await again('crm-next');
  expect((await variablesAt(next.callId, 'end')).hi).toBe('Zoë "Z" Ärger');
  await bye(next);
  const other = await again('crm-next', '15559990000');
  expect((await variablesAt(other.callId, 'end')).hi).toBe('');
  await bye(other);
});

test.each([
  ['dead', { instead: 'reset' }, 'UNREACHABLE', ''],
  ['silent', { instead: 'hang' }, 'TIMEOUT', ''],
  ['huge', { bytes: 50_000_000 }, 'INVALID_RESPONSE', ''],
  ['broken', { status: 500, body: 'oops' }, 'SERVER_ERROR', '500'],
  ['lying', { headers: { 'content-type': 'application/json' }, body: '<html>' }, 'INVALID_RESPONSE', '200'],
  ['elsewhere', { status: 302, headers: { location: 'http://169.254.169.254/' } }, 'REDIRECTION', '302'],
] as const)(
  'a %s server fails the action in bounded time, and the flow goes on',
  async (name, behaviour, reason, code) => {
    crm.respondTo(at(`/${name}`), behaviour);
    const began = wallTime();
    const live = await dial(name, [
      answer,
      webhook(`/${name}`, { timeout: 1_000, response: { type: 'json' }, failure_id: 'failed' }),
      { id: 'on', ...idle },
      { id: 'failed', ...idle },
    ]);
    const variables = await variablesAt(live.callId, 'failed');
    expect(wallTime() - began).toBeLessThan(20_000);
    expect(variables).toMatchObject({
      'flow.key.response_status': 'FAILED',
      'flow.key.error_reason': reason,
      'flow.key.response_status_code': code,
      'voipbin.action.error.code': reason,
    });
    await bye(live);
  },
);

test('a server that is busy is asked again, with the same id', async () => {
  crm.respondTo(at('/busy'), { status: 503 }, 2);
  const live = await dial('busy', [
    answer,
    webhook('/busy', { retries: 2, success_id: 'done' }),
    { id: 'done', ...idle },
  ]);
  await variablesAt(live.callId, 'done');
  const requests = crm.requests.filter(at('/busy'));
  expect(requests).toHaveLength(3);
  expect(new Set(requests.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
  const [first, second, third] = requests.map(({ at: time }) => time);
  expect(second! - first!).toBeGreaterThan(190);
  expect(third! - second!).toBeGreaterThan(390);
  await bye(live);
});

test('the caller hears music while he waits, and none afterwards', async () => {
  crm.respondTo(at('/slow'), { delay: 1_500 });
  const live = await dial('slow', [webhook('/slow', { hold_music: true }), { id: 'after', ...idle }]);
  await live.call.answered;
  await until(() => loudness(live.call.heard.latest(200)) > 100, { what: 'music' });
  await variablesAt(live.callId, 'after');
  await until(() => wallTime() - (live.call.heard.endedAt ?? 0) > 1_000, {
    what: () => `silence, ${live.call.heard.describe()}`,
  });
  await bye(live);
});

test('a caller who hangs up ends the request, its music, and the flow', async () => {
  crm.respondTo(at('/endless'), { instead: 'hang' });
  const live = await dial('endless', [answer, webhook('/endless', { hold_music: true, timeout: 60_000 })]);
  await live.call.answered;
  await crm.waitFor(at('/endless'));
  const began = wallTime();
  await live.call.bye();
  const types = await system.history(live.callId);
  expect(wallTime() - began).toBeLessThan(20_000); // of the minute that the answer may take
  expect(types.at(-1)).toBe('activeflow_deleted');
  expect(types).not.toContain('action_failed');
});

test('with `persist` the variables can be read when the flow has ended', async () => {
  crm.respondTo(at('/kept'), { body: '{"tier": "gold"}' });
  for (const persist of [true, false]) {
    const live = await dial(`kept-${persist}`, [answer, webhook('/kept', { persist }), { type: 'hangup' }]);
    await system.history(live.callId);
    const ended = system.sink.eventsOf(live.callId).find(({ type }) => type === 'activeflow_deleted');
    const { body } = await system.api.get(`/v1.0/activeflows/${String(ended?.data.id)}/variables`);
    if (persist) expect(body).toMatchObject({ tier: 'gold', 'flow.key.response_status': 'SUCCESS' });
    else expect(body).toEqual({});
  }
});

test('a reply of actions is run in the call', async () => {
  crm.respondTo(at('/actions'), {
    body: JSON.stringify([
      { type: 'variable_set', option: { key: 'from', value: 'the server' } },
      { id: 'inner', ...idle },
    ]),
  });
  const live = await dial('actions', [
    answer,
    webhook('/actions', { method: 'GET', response: { type: 'actions' } }),
  ]);
  expect(await variablesAt(live.callId, 'inner')).toMatchObject({ from: 'the server' });
  await bye(live);
});

describe('without sync', () => {
  test('the request outlives the call, and is tried until it is taken', async () => {
    crm.respondTo(at('/later'), { status: 503 }, 2);
    const live = await dial('later', [
      answer,
      webhook('/later', { sync: false, retries: 4, data: '{"call": "${voipbin.call.id}"}' }),
      { type: 'hangup' },
    ]);
    await system.history(live.callId);
    await until(() => count('/later') === 3, { what: 'three tries' });
    expect(crm.requests.filter(at('/later')).map(({ body }) => body)).toEqual(
      Array.from({ length: 3 }, () => ({ call: live.callId })),
    );
  });

  test('and the daemon, with its secrets, which nobody else is told', async () => {
    crm.respondTo(at('/survivor'), { instead: 'hang' }, 1);
    const auth = { type: 'bearer', token: 'open-sesame' };
    const live = await dial('survivor', [
      answer,
      webhook('/survivor', { sync: false, timeout: 60_000, auth }),
      idle,
    ]);
    await until(() => count('/survivor') === 1, { what: 'the first try' });
    await bye(live);
    await system.restartDaemon();
    await until(() => count('/survivor') === 2, { timeout: 15_000, what: 'the second try' });
    const ids = crm.requests.filter(at('/survivor')).map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(1);
    for (const { headers } of crm.requests.filter(at('/survivor')))
      expect(headers.authorization).toBe('Bearer open-sesame');
    const told = JSON.stringify(system.sink.requests);
    expect(told).toContain('/survivor');
    expect(told).not.toContain('open-sesame');
    for (const path of ['flows', 'activeflows', 'calls']) {
      const { status, body } = await system.api.get(`/v1.0/${path}?page_size=100`);
      expect([path, status]).toEqual([path, 200]);
      expect(JSON.stringify(body)).not.toContain('open-sesame');
    }
  });
});

test('a short link leads where it says, for anybody', async () => {
  const live = await dial('link', [
    answer,
    {
      type: 'webhook_send',
      option: {
        sync: true,
        uri: 'internal:shortURL',
        data: '{"custToken": "abcd1234", "longUrl": "https://example.com/a?b=c"}',
        response: { map: [{ variable: 'flow.key.link', path: 'data.shortUrl' }] },
      },
    },
    { id: 'end', ...idle },
  ]);
  const { 'flow.key.link': link = '' } = await variablesAt(live.callId, 'end');
  expect(link).toMatch(/^https:\/\/calls\.example\.com\/pbx\/s\/[A-Za-z0-9]{8}$/);
  const followed = await fetch(behindProxy(link), { redirect: 'manual' });
  expect([followed.status, followed.headers.get('location')]).toEqual([302, 'https://example.com/a?b=c']);
  expect((await fetch(`${system.daemon.url}/s/AAAAAAAA`, { redirect: 'manual' })).status).toBe(404);
  await bye(live);
});

test('an agent takes a break by calling', async () => {
  const addresses = [{ type: 'tel', target: '+919879964805' }];
  const agent = await system.api.post<{ id: string }>('/v1.0/agents', { username: 'anna', addresses });
  const live = await dial(
    'break',
    [
      answer,
      { type: 'variable_set', option: { key: 'flow.key.pause', value: 'true' } },
      { type: 'variable_set', option: { key: 'flow.key.cli', value: '${call.cli.number}' } },
      { type: 'webhook_send', option: { sync: true, uri: 'internal:updatePauseStatusForCLI' } },
      { id: 'end', ...idle },
    ],
    '9879964805',
  );
  expect(await variablesAt(live.callId, 'end')).toMatchObject({ 'flow.key.cli_pause_update': 'true' });
  const event = await system.sink.waitFor(
    ({ type, data }) => type === 'agent_status_updated' && data.id === agent.body.id,
  );
  expect(event.data).toMatchObject({ status: 'away' });
  await bye(live);
});

test('the end of a flow is told to the default webhook, once', async () => {
  const ends = await WebhookSink.open();
  const actions = [
    answer,
    { type: 'variable_set', option: { key: 'flow.key.leadid', value: 'HFC123' } },
    { type: 'variable_set', option: { key: 'isTTSUsed', value: 'true' } },
    { type: 'hangup' },
  ];
  const flow = { name: 'end', actions, end_webhook: true };
  expect((await system.api.post('/v1.0/flows', flow)).status).toBe(400);
  await system.api.post('/v1.0/webhooks', {
    uri: ends.url,
    method: 'PUT',
    event_types: [],
    is_default: true,
    auth: { type: 'basic', username: 'u', password: 'p' },
  });
  const stored = await system.api.post<{ id: string }>('/v1.0/flows', flow);
  await system.api.post('/v1.0/numbers', { number: 'end', call_flow_id: stored.body.id });
  const live = await again('end');
  await system.history(live.callId);
  const told = await ends.waitFor(() => true);
  const ended = system.sink.eventsOf(live.callId).find(({ type }) => type === 'activeflow_deleted');
  expect(told).toMatchObject({ method: 'PUT' });
  expect(told.headers.authorization).toBe(`Basic ${Buffer.from('u:p').toString('base64')}`);
  expect(told.body).toEqual({
    callDetails: [
      {
        calleeNumber: '15551230000',
        connectTime: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}\+05:30$/),
        didNumber: 'end',
        duration: '0',
        endTime: expect.stringMatching(/\+05:30$/),
        hangupCause: '16',
        incoming: true,
        startTime: expect.stringMatching(/\+05:30$/),
      },
    ],
    keys: [
      { name: '$flow.key.leadid', value: 'HFC123' },
      { name: '$flow.key.isTTSUsed', value: true },
    ],
    'phonon-uuid': ended?.data.id,
    recordingUrls: [],
  });
  expect(ends.requests).toHaveLength(1);

  // A daemon that dies does not tell it; the next one, which goes on with the flow, does so at its end.
  await system.flowOn('end-kill', actions.slice(0, 2).concat({ id: 'wait', ...idle } as never));
  const [number] = (await system.api.get<{ result: { id: string; call_flow_id: string }[] }>('/v1.0/numbers'))
    .body.result;
  await system.api.put(`/v1.0/flows/${number?.call_flow_id}`, { end_webhook: true });
  const killed = await again('end-kill');
  await variablesAt(killed.callId, 'wait');
  await settledInStore();
  system.daemon.kill('SIGKILL');
  await system.restartDaemon();
  expect(ends.requests).toHaveLength(1);
  await killed.call.bye();
  const second = await until(() => ends.requests[1], { what: 'the end of the flow that was killed' });
  expect(second.body).toMatchObject({ keys: [{ name: '$flow.key.leadid', value: 'HFC123' }] });
  await ends.close();
});

test('a link at the end of a flow opens the recording, in which the caller is heard, and nobody logs it', async () => {
  await using ends = await WebhookSink.open();
  await system.api.post('/v1.0/webhooks', { uri: ends.url, event_types: [], is_default: true });
  const actions = [
    answer,
    { type: 'recording_start', option: { format: 'wav', channels: 'in' } },
    { id: 'talk', ...idle },
  ];
  const flow = { name: 'recorded', actions, end_webhook: true };
  const stored = await system.api.post<{ id: string }>('/v1.0/flows', flow);
  await system.api.post('/v1.0/numbers', { number: 'recorded', call_flow_id: stored.body.id });
  const { call, callId } = await again('recorded');
  await variablesAt(callId, 'talk');
  await call.rtp.play(tone(1_500, sampleRate));
  await call.bye();
  const { body } = await ends.waitFor(() => true);
  const { recordingUrls } = body as { recordingUrls: Record<string, string>[] };
  const [{ recordedFileName = '', recordedFilePublicPath: link = '' } = {}] = recordingUrls;
  expect(link).toMatch(/^https:\/\/calls\.example\.com\/pbx\/r\/[\w-]{36}\?expires=\d+&signature=[\w-]{43}$/);
  // At once: whoever asks while it is being made waits for it.
  const opened = await fetch(behindProxy(link));
  expect(opened.status).toBe(200);
  expect(opened.headers.get('content-disposition')).toContain(`"${recordedFileName}"`);
  const audio = Buffer.from(await opened.arrayBuffer());
  const [samples = new Int16Array(0)] = readWav(audio).channels;
  expect(samples.length).toBeGreaterThan(sampleRate / 2);
  expect(soundShare(samples, 1_500)).toBeGreaterThan(0.5);
  const head = await fetch(behindProxy(link), { method: 'HEAD' });
  expect([head.status, head.headers.get('content-length')]).toEqual([200, String(audio.length)]);
  const part = await fetch(behindProxy(link), { headers: { range: 'bytes=0-3' } });
  expect([part.status, await part.text()]).toEqual([206, 'RIFF']);
  expect((await fetch(`${behindProxy(link)}0`)).status).toBe(403);

  const over = await system.sink.waitFor(
    ({ type, data }) =>
      type === 'recording_updated' && data.reference_id === callId && data.status === 'done',
  );
  expect(`${over.data.id}.wav`).toBe(recordedFileName);
  const created = system.sink.eventsOf(callId).find(({ type }) => type === 'activeflow_created');
  expect([over.data.customer_id, created?.data.customer_id]).toEqual([customerId, customerId]);
  const told = await fetch(behindProxy(String(over.data.url)));
  expect(Buffer.from(await told.arrayBuffer())).toEqual(audio);
  await until(() => system.daemon.log.some(({ route }) => route === '/r/:id'));
  const log = JSON.stringify(system.daemon.log);
  for (const url of [link, String(over.data.url)]) expect(log).not.toContain(url.slice(-43));
});

/** Where a link leads that begins with the public URL. */
function behindProxy(link: string): string {
  expect(link.startsWith(publicUrl)).toBe(true);
  return `${system.daemon.url}${link.slice(publicUrl.length)}`;
}

/** A list answers only when what came before is in the store. */
async function settledInStore(): Promise<void> {
  await system.api.get('/v1.0/activeflows?page_size=1');
}

function idOf(action: unknown): unknown {
  return (action as { id?: unknown } | undefined)?.id; // an action in an event
}
