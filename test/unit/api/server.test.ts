import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { type ApiFixture, givenApi, token } from '../../support/store-api.ts';
import {
  givenActiveflow,
  givenCall,
  givenStored,
  recordActiveflow,
  recordCall,
} from '../../support/store-records.ts';

const get = (url: string) => ({ method: 'GET' as const, url });

async function listening({ api }: ApiFixture): Promise<number> {
  await api.listen({ host: '127.0.0.1', port: 0 });
  return (api.server.address() as AddressInfo).port;
}

test('healthz says that the process lives', async () => {
  await using api = await givenApi();
  const { status, body } = await api.send(get('/healthz'));
  expect({ status, body }).toEqual({ status: 200, body: { status: 'ok' } });
});

test('readyz is 503 with what is missing until all is there', async () => {
  const checks = { ari: true, application: false, store: true, open: true };
  const state = { ready: false, checks, reasons: ['application_missing'] };
  await using api = await givenApi({ readiness: async () => state });
  const { status, body } = await api.send(get('/readyz'));
  expect({ status, body }).toEqual({ status: 503, body: state });
});

test('openapi.json is OpenAPI 3.1 and describes every route, its errors and who may ask', async () => {
  await using api = await givenApi();
  const { body } = await api.send(get('/openapi.json'));
  expect(body.openapi).toBe('3.1.0');
  expect(Object.keys(body.components.securitySchemes)).toEqual(['bearer', 'token']);
  const routes = Object.entries<Record<string, object>>(body.paths).flatMap(([path, verbs]) =>
    Object.keys(verbs).map((verb) => `${verb.toUpperCase()} ${path}`),
  );
  expect(routes.sort()).toEqual(
    [
      'GET /healthz',
      'GET /readyz',
      'GET /metrics',
      'GET /s/{code}',
      'GET /r/{id}',
      'GET /v1.0/drain',
      'POST /v1.0/drain',
      'DELETE /v1.0/drain',
      'POST /v1.0/validate',
      'GET /v1.0/agents',
      'POST /v1.0/agents',
      'GET /v1.0/agents/{id}',
      'PUT /v1.0/agents/{id}',
      'PUT /v1.0/agents/{id}/status',
      'DELETE /v1.0/agents/{id}',
      'GET /v1.0/flows',
      'POST /v1.0/flows',
      'GET /v1.0/flows/{id}',
      'PUT /v1.0/flows/{id}',
      'DELETE /v1.0/flows/{id}',
      'POST /v1.0/flows/{id}/duplicate',
      'POST /v1.0/flows/validate',
      'POST /v1.0/flows/simulate',
      'POST /v1.0/flows/{id}/prepare',
      'GET /v1.0/flows/{id}/revisions',
      'GET /v1.0/flows/{id}/revisions/{revision}',
      'POST /v1.0/flows/{id}/revisions/{revision}/restore',
      'GET /v1.0/flows/{id}/layout',
      'PUT /v1.0/flows/{id}/layout',
      'GET /v1.0/numbers',
      'POST /v1.0/numbers',
      'GET /v1.0/numbers/{id}',
      'PUT /v1.0/numbers/{id}',
      'DELETE /v1.0/numbers/{id}',
      'DELETE /v1.0/calls/{id}/hold',
      'DELETE /v1.0/calls/{id}/mute',
      'DELETE /v1.0/calls/{id}/moh',
      'POST /v1.0/calls/{id}/talk',
      'POST /v1.0/calls/{id}/play',
      'POST /v1.0/calls/{id}/digits',
      'POST /v1.0/calls/{id}/hold',
      'POST /v1.0/calls/{id}/mute',
      'POST /v1.0/calls/{id}/moh',
      'POST /v1.0/calls/{id}/recording_start',
      'POST /v1.0/calls/{id}/recording_stop',
      'POST /v1.0/calls/{id}/recording_pause',
      'POST /v1.0/calls/{id}/recording_resume',
      'POST /v1.0/calls/{id}/redirect',
      'POST /v1.0/calls/{id}/commands',
      'GET /v1.0/calls',
      'GET /v1.0/calls/export',
      'GET /v1.0/events/stream',
      'POST /v1.0/calls',
      'GET /v1.0/latercalls',
      'GET /v1.0/latercalls/{id}',
      'DELETE /v1.0/latercalls/{id}',
      'GET /v1.0/mailboxes',
      'POST /v1.0/mailboxes',
      'GET /v1.0/mailboxes/{id}',
      'PUT /v1.0/mailboxes/{id}',
      'DELETE /v1.0/mailboxes/{id}',
      'GET /v1.0/voicemails',
      'GET /v1.0/voicemails/{id}',
      'POST /v1.0/voicemails/{id}/save',
      'POST /v1.0/voicemails/{id}/renew',
      'DELETE /v1.0/voicemails/{id}',
      'GET /v1.0/recordings',
      'GET /v1.0/recordings/{id}',
      'DELETE /v1.0/recordings/{id}',
      'POST /v1.0/recordings/{id}/pause',
      'POST /v1.0/recordings/{id}/resume',
      'GET /v1.0/transcribes',
      'POST /v1.0/transcribes',
      'GET /v1.0/transcribes/{id}',
      'DELETE /v1.0/transcribes/{id}',
      'POST /v1.0/transcribes/{id}/stop',
      'GET /v1.0/transcripts',
      'GET /v1.0/transcripts/{id}',
      'GET /v1.0/recordingfiles',
      'GET /v1.0/recordingfiles/{id}',
      'DELETE /v1.0/recordingfiles/{id}',
      'GET /v1.0/calls/{id}',
      'GET /v1.0/calls/{id}/timeline',
      'POST /v1.0/calls/{id}/replay',
      'DELETE /v1.0/calls/{id}',
      'POST /v1.0/calls/{id}/hangup',
      'GET /v1.0/activeflows',
      'GET /v1.0/activeflows/{id}',
      'GET /v1.0/activeflows/{id}/variables',
      'POST /v1.0/activeflows',
      'POST /v1.0/activeflows/{id}/stop',
      'GET /v1.0/webhooks',
      'POST /v1.0/webhooks',
      'GET /v1.0/webhooks/{id}',
      'PUT /v1.0/webhooks/{id}',
      'DELETE /v1.0/webhooks/{id}',
      'POST /v1.0/webhooks/{id}/test',
      'POST /v1.0/webhooks/{id}/recover',
      'GET /v1.0/webhooks/{id}/deliveries',
      'GET /v1.0/deliveries',
      'POST /v1.0/deliveries/{id}/retry',
      'GET /v1.0/checks',
      'GET /v1.0/tokens',
      'POST /v1.0/tokens',
      'GET /v1.0/tokens/{id}',
      'DELETE /v1.0/tokens/{id}',
      'GET /v1.0/extensions',
      'POST /v1.0/extensions',
      'GET /v1.0/extensions/{id}',
      'GET /v1.0/extensions/{id}/registrations',
      'PUT /v1.0/extensions/{id}',
      'DELETE /v1.0/extensions/{id}',
      'GET /v1.0/trunks',
      'POST /v1.0/trunks',
      'GET /v1.0/trunks/{id}',
      'PUT /v1.0/trunks/{id}',
      'DELETE /v1.0/trunks/{id}',
      'GET /v1.0/conferences',
      'POST /v1.0/conferences',
      'GET /v1.0/conferences/{id}',
      'PUT /v1.0/conferences/{id}',
      'DELETE /v1.0/conferences/{id}',
      'GET /v1.0/conferences/{id}/participants',
      'POST /v1.0/conferences/{id}/participants/{call_id}/kick',
      'POST /v1.0/conferences/{id}/participants/{call_id}/mute',
      'DELETE /v1.0/conferences/{id}/participants/{call_id}/mute',
      'POST /v1.0/conferences/{id}/talk',
      'POST /v1.0/conferences/{id}/play',
      'POST /v1.0/conferences/{id}/recording_start',
      'POST /v1.0/conferences/{id}/recording_stop',
      'GET /v1.0/schedules',
      'POST /v1.0/schedules',
      'GET /v1.0/schedules/{id}',
      'PUT /v1.0/schedules/{id}',
      'DELETE /v1.0/schedules/{id}',
      'GET /v1.0/schedules/{id}/at',
      'GET /v1.0/chatbots',
      'POST /v1.0/chatbots',
      'GET /v1.0/chatbots/{id}',
      'PUT /v1.0/chatbots/{id}',
      'DELETE /v1.0/chatbots/{id}',
      'GET /v1.0/sounds',
      'POST /v1.0/sounds',
      'GET /v1.0/sounds/{id}',
      'PUT /v1.0/sounds/{id}',
      'DELETE /v1.0/sounds/{id}',
      'GET /v1.0/sounds/{id}/audio',
      'PUT /v1.0/sounds/{id}/audio',
      'GET /v1.0/speech/providers',
      'GET /v1.0/queues',
      'POST /v1.0/queues',
      'GET /v1.0/queues/{id}',
      'PUT /v1.0/queues/{id}',
      'DELETE /v1.0/queues/{id}',
      'GET /v1.0/queues/{id}/statistics',
      'GET /v1.0/messages',
      'POST /v1.0/messages',
      'GET /v1.0/messages/{id}',
      'DELETE /v1.0/messages/{id}',
      'POST /v1.0/messages/{id}/status',
      'POST /v1.0/messages/inbound',
      'POST /v1.0/sessions',
      'POST /v1.0/sessions/codes',
      'GET /v1.0/sessions/current',
      'DELETE /v1.0/sessions/current',
      'POST /v1.0/phone',
      'GET /v1.0/phone/socket',
      'GET /v1.0/conversations',
      'GET /v1.0/conversations/{id}',
      'POST /v1.0/conversations/{id}/messages',
      'GET /v1.0/queuecalls',
      'GET /v1.0/queuecalls/{id}',
      'DELETE /v1.0/queuecalls/{id}',
      'POST /v1.0/queuecalls/{id}/kick',
      'POST /v1.0/queuecalls/reference_id/{id}/kick',
      'GET /v1.0/confbridges',
      'POST /v1.0/confbridges',
      'GET /v1.0/confbridges/{id}',
      'PUT /v1.0/confbridges/{id}',
      'DELETE /v1.0/confbridges/{id}',
      'GET /v1.0/confbridges/{id}/participants',
      'POST /v1.0/confbridges/{id}/participants/{call_id}/kick',
      'POST /v1.0/confbridges/{id}/participants/{call_id}/mute',
      'DELETE /v1.0/confbridges/{id}/participants/{call_id}/mute',
      'POST /v1.0/confbridges/{id}/talk',
      'POST /v1.0/confbridges/{id}/play',
      'POST /v1.0/confbridges/{id}/recording_start',
      'POST /v1.0/confbridges/{id}/recording_stop',
      'GET /v1.0/conferencecalls',
      'GET /v1.0/conferencecalls/{id}',
      'DELETE /v1.0/conferencecalls/{id}',
      'POST /v1.0/conferencecalls/{id}/kick',
      'POST /v1.0/conferencecalls/{id}/mute',
      'DELETE /v1.0/conferencecalls/{id}/mute',
    ].sort(),
  );
  const { responses, requestBody } = body.paths['/v1.0/flows'].post;
  expect(responses['4XX'].content['application/json'].schema).toEqual({ $ref: '#/components/schemas/Error' });
  expect(responses['200'].content['application/json'].schema).toEqual({ $ref: '#/components/schemas/Flow' });
  expect(requestBody.content['application/json'].schema).toMatchObject({
    required: ['name'],
    additionalProperties: false,
  });
  expect(
    JSON.stringify(body)
      .match(/#\/components\/schemas\/\w+/g)
      ?.every((ref) => ref.slice(21) in body.components.schemas),
  ).toBe(true);
});

test('what is answered has the documented fields in the documented order', async () => {
  await using api = await givenApi();
  const { body: document } = await api.send(get('/openapi.json'));
  const call = givenCall();
  const stored = givenStored({ record: givenActiveflow() });
  recordCall(api.recorder, call);
  recordActiveflow(api.recorder, stored);
  const answers = {
    Flow: await api.ask('POST', '/flows', { name: 'x' }),
    Number: await api.ask('POST', '/numbers', { number: '100' }),
    Webhook: await api.ask('POST', '/webhooks', { uri: 'https://x' }),
    Token: await api.ask('POST', '/tokens', { name: 'x' }),
    Call: await api.ask('GET', `/calls/${call.id}`),
    Activeflow: await api.ask('GET', `/activeflows/${stored.record.id}`),
    Error: await api.ask('GET', '/calls/nobody'),
  };
  for (const [name, { body }] of Object.entries(answers)) {
    expect(Object.keys(body), name).toEqual(Object.keys(document.components.schemas[name].properties));
  }
});

test('the docs page comes with what it needs and asks nobody else', async () => {
  await using api = await givenApi();
  const page = await api.send(get('/docs'));
  expect(page.headers['content-type']).toContain('text/html');
  const sources = [...String(page.body).matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1]!);
  expect(sources.length).toBeGreaterThan(3);
  for (const url of sources) expect((await api.send(get(url))).status, url).toBe(200);
  expect(page.headers['content-security-policy']).not.toMatch(/https?:|upgrade/);
  expect((await api.send(get('/docs/json'))).body.openapi).toBe('3.1.0');
});

test('the docs page shows the project: its name, its words, its sections, its mark, and not the framework', async () => {
  await using api = await givenApi();
  const page = String((await api.send(get('/docs'))).body);
  expect(page).toContain('<title>ariflow</title>');
  expect(page).not.toContain('favicon-32x32');
  expect(page).toContain('/docs/static/theme/icon.svg');
  const start = await api.send(get('/docs/static/swagger-initializer.js'));
  const mark = /data:image\/svg\+xml;base64,([\w+/=]+)/.exec(String(start.body))?.[1] ?? '';
  expect(Buffer.from(mark, 'base64').toString()).toContain('>ariflow<');
  const { info, tags } = (await api.send(get('/openapi.json'))).body;
  expect(info.title).toBe('ariflow');
  for (const words of ['Authorization: Bearer', 'next_page_token', 'UTC', 'milliseconds', '${name}'])
    expect(info.description).toContain(words);
  expect(tags[0]).toEqual({ name: 'flows', description: expect.stringMatching(/\w/) });
});

test('answers are not kept by anybody, and no other site may ask', async () => {
  await using api = await givenApi();
  const { headers } = await api.ask('GET', '/flows');
  expect(headers).toMatchObject({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  const options = await api.send({
    method: 'OPTIONS',
    url: '/v1.0/flows',
    headers: { origin: 'https://evil.example' },
  });
  expect(options.headers).not.toHaveProperty('access-control-allow-origin');
});

test('what is not HTTP, and headers without end, are answered in the same form', async () => {
  await using api = await givenApi();
  const port = await listening(api);
  for (const text of [
    'nonsense\r\n\r\n',
    `GET /healthz HTTP/1.1\r\nHost: x\r\nX: ${'x'.repeat(20_000)}\r\n\r\n`,
  ]) {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', (chunk) => {
      answer += chunk;
    });
    socket.on('error', () => undefined);
    socket.write(text);
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1.1 400 /);
    expect(JSON.parse(answer.slice(answer.indexOf('\r\n\r\n')))).toMatchObject({
      error: { status: 400, reason: 'INVALID_ARGUMENT' },
    });
  }
});

test('closing lets a request that runs finish and takes no new one', async () => {
  const gate = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  await using api = await givenApi({
    recorder: {
      isSaturated: false,
      latest: () => undefined,
      flush: () => {
        asked.resolve();
        return gate.promise;
      },
    },
  });
  const url = `http://127.0.0.1:${await listening(api)}`;
  const running = fetch(`${url}/v1.0/calls?token=${token}`);
  await asked.promise;
  const closing = api.api.close();
  gate.resolve();
  expect((await running).status).toBe(200);
  await closing;
  await expect(fetch(`${url}/healthz`)).rejects.toThrow();
});
