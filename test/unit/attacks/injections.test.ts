import { readdirSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { SimulatedRequest } from '../../../src/simulator/asterisk/request.ts';
import { dialString } from '../../support/dial-strings.ts';
import { hostileTexts as texts } from '../../support/hostile-texts.ts';
import { until } from '../../support/until.ts';
import { Receiver } from '../../support/webhook-receiver.ts';
import { givenWholeDaemon, type WholeDaemon } from '../../support/whole-daemon.ts';

let daemon: WholeDaemon;
let server: Receiver;
/** What the server tells whoever asks for it. */
let told = '';
beforeAll(async () => {
  server = await Receiver.start(({ path }, response) =>
    path === '/told' ? response.end(JSON.stringify({ it: told })) : response.writeHead(204).end(),
  );
  daemon = await givenWholeDaemon({
    ARIFLOW_WEBHOOK_ALLOW: '127.0.0.1',
    ARIFLOW_OUTBOUND_ALLOW: '+,127.0.0.0/8',
    ARIFLOW_OUTBOUND_CPS: '1000',
  });
  daemon.asterisk.onDial((party) => party.refuse(486));
});
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  await server?.[Symbol.asyncDispose]();
});

/** Whatever takes a text of somebody else's, in one flow. */
function everyUse(): object[] {
  const uri = server.url('/take');
  const send = (option: object) => ({
    type: 'webhook_send',
    option: { uri, sync: true, attempts: 1, ...option },
  });
  const dial = (type: string, more: object = {}) => ({
    type: 'connect',
    option: { destinations: [{ type, target: '${it}' }], timeout: 1_000, ...more },
  });
  const known = { destinations: [{ type: 'sip', target: 'ann@127.0.0.1' }] };
  return [
    { type: 'answer' },
    send({
      uri: server.url('/told'),
      method: 'GET',
      response: { type: 'json', map: [{ variable: 'it', path: '$.it', mandatory: true }] },
    }),
    send({ headers: [{ name: 'X-It', value: '${it}' }] }),
    send({ data_type: 'application/json', data: '{"x":"${it}"}' }),
    send({ data: { x: '${it}', '${it}': 'x' } }),
    send({ data_type: 'application/xml', data: '<r><x>${it}</x></r>' }),
    send({ body_type: 'form', data: { x: '${it}' } }),
    send({ uri: `${uri}?x=\${it}`, method: 'GET' }),
    send({ uri: `${uri}/\${it}`, method: 'GET' }),
    send({ query: [{ name: 'x', value: '${it}' }] }),
    send({ auth: { type: 'bearer', token: '${it}' } }),
    send({ auth: { type: 'basic', username: '${it}', password: '${it}' } }),
    send({ data_type: '${it}', data: 'x' }),
    { type: 'fetch', option: { event_url: `${uri}?x=\${it}`, headers: [{ name: 'X-It', value: '${it}' }] } },
    dial('tel'),
    dial('sip'),
    dial('extension'),
    dial('agent'),
    { type: 'connect', option: { ...known, headers: [{ name: 'X-It', value: '${it}' }] } },
    {
      type: 'connect',
      option: { ...known, caller_id_name: '${it}', source: { type: 'sip', target: '${it}' } },
    },
    { type: 'call', option: { ...known, source: { type: 'tel', target: '${it}', target_name: '${it}' } } },
    {
      type: 'play',
      option: { stream_urls: ['${it}', 'sound:${it}', 'recording:${it}', `${uri}/\${it}.wav`] },
    },
    { type: 'talk', option: { text: '${it}', voice_id: '${it}', language: '${it}' } },
    { type: 'talk', option: { text: '<speak>${it}</speak>' } },
    { type: 'digits_send', option: { digits: '${it}' } },
    { type: 'external_media_start', option: { external_host: '${it}' } },
    { type: 'external_media_start', option: { external_host: '${it}', encapsulation: 'none' } },
    { type: 'confbridge_join', option: { confbridge_id: '${it}' } },
    { type: 'queue_join', option: { queue_id: '${it}' } },
    { type: 'fetch_flow', option: { flow_id: '${it}' } },
    { type: 'recording_stop', option: { id: '${it}' } },
    { type: 'hangup_relay', option: { reference_id: '${it}' } },
  ];
}

const media = /^(sound|recording|tone):[\w./;=-]+$/;

/** What is not as it should be in what we ask of Asterisk. */
function faultsOf({ operation, path, query, body }: SimulatedRequest): string[] {
  const { variables, media: played, endpoint, ...rest } = { ...query, ...body } as Record<string, unknown>;
  const all = JSON.stringify({ path, query, body });
  const faults = /\\r|\\n|\\u0000|\\u2028|\\ud[89a-f]/i.test(all) ? ['a control'] : [];
  for (const value of Object.values(path)) if (!/^[\w.:(),-]+$/.test(value)) faults.push(`path ${value}`);
  for (const name of Object.keys((variables ?? {}) as object))
    if (!/^[\w(),.-]+$/.test(name)) faults.push(`variable ${name}`);
  if (typeof endpoint === 'string' && !dialString.test(endpoint)) faults.push(`endpoint ${endpoint}`);
  for (const one of [played ?? []].flat())
    if (!media.test(String(one)) || /\.\./.test(String(one))) faults.push(`media ${one}`);
  const name = rest.name ?? rest.recordingName;
  if (typeof name === 'string' && !/^[\w./-]+$/.test(name)) faults.push(`name ${name}`);
  return faults.map((fault) => `${operation.resource}.${operation.name}: ${fault}`);
}

/** What is not as it should be in what somebody's server gets. */
function faultsAt(server: Receiver): string[] {
  return server.received.flatMap(({ path, headers, body }) => {
    const type = String(headers['content-type'] ?? '');
    const faults: string[] = [];
    if ('x-evil' in headers || path === '/evil') faults.push('a header or request of its own');
    if (!/^\/(told|take)/.test(path)) faults.push(`path ${path}`);
    if (new URL(path, 'http://x').searchParams.has('evil')) faults.push(`query ${path}`);
    if (new URL(path, 'http://x').hash !== '') faults.push(`hash ${path}`);
    if (type.includes('json') && body.startsWith('{"x"') && 'evil' in JSON.parse(body))
      faults.push(`body ${body}`);
    if (type.includes('xml') && /<evil/.test(body)) faults.push(`body ${body}`);
    if (type.includes('form') && new URLSearchParams(body).has('evil')) faults.push(`body ${body}`);
    return faults;
  });
}

test('whatever text comes from outside, it says nothing to Asterisk, to servers or to programs but itself', async () => {
  const { api, asterisk } = daemon;
  const flow = await api.post<{ id: string }>('/v1.0/flows', { name: 'all', actions: everyUse() });
  expect([flow.status, flow.body]).toEqual([200, expect.anything()]);
  const number = await api.post('/v1.0/numbers', { number: '100', call_flow_id: flow.body.id });
  expect(number.status).toBe(200);
  for (const text of texts) {
    told = text;
    server.received.length = 0;
    const already = asterisk.requests.length;
    // By the caller's number, name and headers too.
    asterisk.dial({ number: '100', from: text, name: text, headers: { 'X-It': text } });
    await until(() => asterisk.channels.size === 0, {
      what: `the end of the call with ${JSON.stringify(text)}`,
    });
    const asked = asterisk.requests.slice(already);
    expect([text, asked.flatMap(faultsOf), faultsAt(server)]).toEqual([text, [], []]);
    // It came to the end of it, and took most of it.
    const dialled = asked.filter(({ query, body }) => 'endpoint' in { ...query, ...body });
    expect([text, dialled.length]).not.toEqual([text, 0]);
    expect(server.received.length).toBeGreaterThan(5);
  }
  const names = readdirSync(daemon.folder, { recursive: true }).map(String);
  expect(names.filter((name) => !/^[\w./-]+$/.test(name) || /evil/.test(name))).toEqual([]);
  expect(readdirSync('/tmp').filter((name) => name.startsWith('evil'))).toEqual([]);
  expect(daemon.defects).toEqual([]);
});
