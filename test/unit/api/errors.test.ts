import fc from 'fast-check';
import { expect, test } from 'vitest';
import { errorSchema } from '../../../src/api/problems.ts';
import { StoreError } from '../../../src/core/store-error.ts';
import { type Answer, type ApiFixture, givenApi, noLiveCalls, token } from '../../support/store-api.ts';
import { givenCall, givenStored, recordActiveflow, recordCall } from '../../support/store-records.ts';

const authorization = `Bearer ${token}`;

const raw = (
  api: ApiFixture,
  payload: string | Buffer,
  type = 'application/json',
  url = '/v1.0/flows',
): Promise<Answer> =>
  api.send({ method: 'POST', url, payload, headers: { authorization, 'content-type': type } });

test('what is not JSON, not an object, or not there is refused', async () => {
  await using api = await givenApi();
  for (const payload of [
    '',
    '{',
    'null',
    '[]',
    '5',
    '"x"',
    '{"name":}',
    '{"name":"x",}',
    '\u0000',
    '{"name": 1e999999}',
  ]) {
    const { status, body } = await raw(api, payload);
    expect(status, payload).toBe(400);
    expect(body.error.reason, payload).toBe('INVALID_ARGUMENT');
  }
  const { status } = await api.send({ method: 'POST', url: '/v1.0/flows', headers: { authorization } });
  expect(status).toBe(400);
});

test.each(['application/json', 'application/json; charset=iso-8859-1'])(
  'a body in Latin-1 is refused, and no character of it replaced: %s',
  async (type) => {
    await using api = await givenApi();
    const latin = await raw(api, Buffer.from('{"name":"M\xFCller"}', 'latin1'), type);
    expect(latin.status).toBe(400);
    expect(latin.body.error.message).toBe('the body is not UTF-8, as JSON must be');
    const right = await raw(api, '\uFEFF{"name":"Müller"}', type);
    expect(right.status).toBe(200);
    expect(right.body.name).toBe('Müller');
  },
);

test('another type of body is refused in the same form', async () => {
  await using api = await givenApi();
  for (const type of [
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'nonsense',
    'application/jsonp',
  ]) {
    const { status, body } = await raw(api, '{"name":"x"}', type);
    expect(status, type).toBe(400);
    expect(body.error.message, type).toContain('application/json');
  }
  expect((await raw(api, '{"name":"x"}', 'application/json; charset=utf-8')).status).toBe(200);
});

test('every unknown key is named with its path', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/flows', { name: 'x', nane: 'y', 'a b': 1 });
  expect(body.error).toEqual({
    status: 400,
    reason: 'INVALID_ARGUMENT',
    message: 'nane: unknown key, did you mean name?',
    details: [
      { path: 'nane', message: 'unknown key, did you mean name?' },
      { path: '["a b"]', message: 'unknown key' },
    ],
  });
  const auth = { type: 'basic', username: 'u', password: 'p', realm: 'r' };
  const nested = await api.ask('POST', '/webhooks', { uri: 'https://x', auth });
  expect(nested.body.error.details).toEqual([{ path: 'auth.realm', message: 'unknown key' }]);
});

test('keys that would reach a prototype are refused wherever they stand', async () => {
  await using api = await givenApi();
  for (const payload of [
    '{"name":"x","__proto__":{"detail":"y"}}',
    '{"name":"x","actions":[{"type":"answer","option":{"__proto__":{}}}]}',
    '{"name":"x","\\u005f_proto__":{}}',
    '{"name":"x","constructor":{"prototype":{}}}',
  ]) {
    expect((await raw(api, payload)).status, payload).toBe(400);
  }
  expect(Object.prototype).not.toHaveProperty('detail');
});

test('a body of more than 1 MiB is too large, a deep one too deep', async () => {
  await using api = await givenApi();
  const large = await raw(api, JSON.stringify({ name: 'x', detail: 'x'.repeat(1_100_000) }));
  expect(large.body.error).toMatchObject({ status: 413, reason: 'TOO_LARGE' });
  const deep = await raw(api, `{"name":"x","actions":${'['.repeat(400_000)}${']'.repeat(400_000)}}`);
  expect(deep.body.error).toMatchObject({ status: 400, message: 'the body is nested too deeply' });
  const inText = await raw(api, JSON.stringify({ name: 'x', detail: `"\\${'['.repeat(1_000)}` }));
  expect(inText.status).toBe(200);
});

test('thousands of mistakes are answered by the first hundred, and long keys are cut', async () => {
  await using api = await givenApi();
  const keys = Object.fromEntries(Array.from({ length: 20_000 }, (_, index) => [`key${index}`, 1]));
  expect((await api.ask('POST', '/flows', { name: 'x', ...keys })).body.error.details).toHaveLength(100);
  const types = await api.ask('POST', '/webhooks', {
    uri: 'https://x',
    event_types: Array(200_000).fill('x'),
  });
  expect(types.status).toBe(400);
  expect(types.body.error.details.length).toBeLessThanOrEqual(100);
  const { body } = await api.ask('POST', '/flows', { name: 'x', ['k'.repeat(100_000)]: 1 });
  expect(JSON.stringify(body).length).toBeLessThan(1_000);
});

test('unknown routes are not found', async () => {
  await using api = await givenApi();
  for (const [method, url] of [
    ['GET', '/'],
    ['GET', '/v1.0'],
    ['GET', '/v1.0/nonsense'],
    ['GET', '/flows'],
    ['PATCH', '/v1.0/nonsense'],
    ['GET', `/v1.0/flows/${'x'.repeat(101)}`],
  ] as const) {
    const { status, body } = await api.send({ method, url, headers: { authorization } });
    expect(status, `${method} ${url}`).toBe(404);
    expect(body.error).toMatchObject({ status: 404, reason: 'NOT_FOUND', details: [] });
  }
});

test('a defect is logged once and says nothing outside', async () => {
  await using api = await givenApi({
    validateFlow: () => {
      throw new TypeError('secret detail of ours');
    },
  });
  const { status, body } = await api.ask('POST', '/flows', { name: 'x' });
  expect(status).toBe(500);
  expect(body).toEqual({
    error: { status: 500, reason: 'INTERNAL', message: 'internal error', details: [] },
  });
  const lines = api.lines.filter((line) => line.includes('secret detail of ours'));
  expect(lines).toHaveLength(1);
  expect(lines[0]).toContain('api_defect');
});

test('a store that cannot is 503, without a word about files', async () => {
  const failing = await givenApi();
  await using api = failing;
  for (const problem of ['busy', 'full', 'unreachable', 'corrupt', 'closed'] as const) {
    const cause = new Error('/secret/path');
    failing.store.flows.insert = () => Promise.reject(new StoreError(problem, { cause }));
    const { status, body } = await api.ask('POST', '/flows', { name: 'x' });
    expect(status, problem).toBe(503);
    expect(body.error.reason).toBe('UNAVAILABLE');
    expect(JSON.stringify(body)).not.toContain('secret');
  }
});

const noRecorder = {
  latest: () => undefined,
  flush: async () => undefined,
};

test('while too much waits for the store the API is unavailable', async () => {
  await using api = await givenApi({ recorder: { ...noRecorder, isSaturated: true } });
  expect((await api.ask('GET', '/flows')).body.error).toMatchObject({ status: 503, reason: 'UNAVAILABLE' });
  expect((await api.send({ method: 'GET', url: '/healthz' })).status).toBe(200);
});

test('while the store is full, calls and activeflows are still seen, hung up and stopped', async () => {
  const asked: string[] = [];
  const ask = (id: string) => asked.push(id) > 0;
  await using api = await givenApi({
    liveCalls: { ...noLiveCalls, hangup: ask },
    liveActiveflows: { get: () => undefined, stop: ask, variables: async () => ({}) },
  });
  const { commit } = api.store;
  Object.assign(api.store, { commit: () => Promise.reject(new StoreError('full')) });
  const [call, stored] = [givenCall(), givenStored()];
  recordCall(api.recorder, call);
  recordActiveflow(api.recorder, stored);
  expect((await api.ask('GET', `/calls/${call.id}`)).body).toEqual(call);
  expect((await api.ask('POST', `/calls/${call.id}/hangup`)).body).toEqual(call);
  const { body } = await api.ask('POST', `/activeflows/${stored.record.id}/stop`);
  expect(body).toMatchObject({ ...stored.record });
  expect((await api.ask('GET', `/activeflows/${stored.record.id}/variables`)).status).toBe(200);
  expect(asked).toEqual([call.id, stored.record.id]);
  expect((await api.ask('GET', '/calls')).body.result).toEqual([]);
  Object.assign(api.store, { commit });
});

const routes = [
  ['POST', '/flows'],
  ['POST', '/flows/validate'],
  ['PUT', '/flows/ID'],
  ['POST', '/flows/ID/duplicate'],
  ['POST', '/numbers'],
  ['PUT', '/numbers/ID'],
  ['POST', '/webhooks'],
  ['PUT', '/webhooks/ID'],
  ['POST', '/calls/ID/hangup'],
  ['POST', '/activeflows/ID/stop'],
  ['DELETE', '/flows/ID'],
] as const;

const keys = [
  'name',
  'detail',
  'actions',
  'number',
  'call_flow_id',
  'uri',
  'method',
  'event_types',
  'status',
  'auth',
  'type',
  'secret',
  'is_default',
  'x',
];

test('no body, however strange, is answered by 500 or in another form', async () => {
  await using api = await givenApi({}, { requests: 1e9, failures: 1e9 });
  const { body: flow } = await api.ask('POST', '/flows', { name: 'x' });
  const value = fc.letrec((tie) => ({
    any: fc.oneof(
      { depthSize: 'small' },
      fc.anything({ withNullPrototype: false }),
      fc.constantFrom('https://x', '100', '*', 'POST', ...keys),
      tie('object'),
      fc.array(tie('any'), { maxLength: 3 }),
    ),
    object: fc.dictionary(fc.constantFrom(...keys), tie('any'), { maxKeys: 5 }),
  })).any;
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...routes), value, async ([method, path], given) => {
      const payload =
        JSON.stringify(given, (_key, item) => (typeof item === 'bigint' ? String(item) : item)) ?? '';
      const url = `/v1.0${path.replace('ID', flow.id)}`;
      const headers = { authorization, 'content-type': 'application/json' };
      const { status, body } = await api.send({ method, url, payload, headers });
      expect([200, 400, 404, 409, 413]).toContain(status);
      if (status !== 200) expect(errorSchema.parse(body).error.status).toBe(status);
    }),
    { numRuns: 1_000 },
  );
  expect(api.lines.filter((line) => line.includes('api_defect'))).toEqual([]);
}, 60_000);

test('no query and no path, however strange, is answered by 500', async () => {
  await using api = await givenApi({}, { requests: 1e9, failures: 1e9 });
  const query = fc.dictionary(
    fc.constantFrom('page_size', 'page_token', 'since', 'status', 'number', 'x'),
    fc.string(),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('flows', 'calls', 'activeflows'),
      fc.string({ unit: 'binary' }),
      query,
      async (list, id, fields) => {
        const path = `/v1.0/${list}${id === '' ? '' : `/${encodeURIComponent(id.toWellFormed())}`}`;
        const url = `${path}?${new URLSearchParams(fields)}`;
        const { status } = await api.send({ method: 'GET', url, headers: { authorization } });
        expect([200, 400, 404]).toContain(status);
      },
    ),
    { numRuns: 300 },
  );
}, 60_000);

test('what was mistyped names what may have been meant, in bodies, queries and lists of words', async () => {
  await using api = await givenApi();
  const complaint = async (method: 'GET' | 'POST', path: string, body?: object) =>
    (await api.ask(method, path, body)).body.error.details;
  const near = (path: string, message: string) => [{ path, message }];
  expect(await complaint('POST', '/queues', { name: 'x', wait_timout: 1 })).toEqual(
    near('wait_timout', 'unknown key, did you mean wait_timeout?'),
  );
  expect(await complaint('GET', '/flows?page_sise=5')).toEqual(
    near('page_sise', 'unknown key, did you mean page_size?'),
  );
  expect(await complaint('GET', '/calls?status=ring')).toEqual(
    near('status', 'expected one of dialing, ringing, progressing, terminating, canceling, hangup'),
  );
  expect(await complaint('GET', '/calls?status=rining')).toEqual(
    near(
      'status',
      'expected one of dialing, ringing, progressing, terminating, canceling, hangup, did you mean ringing?',
    ),
  );
  expect(await complaint('POST', '/webhooks', { uri: 'https://x', event_types: ['call_hangup'] })).toEqual(
    near('event_types[0]', 'no such event type, did you mean call_hungup?'),
  );
  expect(await complaint('POST', '/queues', { name: 'x', ring_timeout: 10 })).toEqual(
    near('ring_timeout', 'expected at least 1000 milliseconds'),
  );
});

test('a path without the method asked for says 405 and which it has, PATCH everywhere', async () => {
  await using api = await givenApi({}, { requests: 1e6, failures: 1e6 });
  const headers = { authorization };
  for (const [method, url, allow] of [
    ['PATCH', '/v1.0/flows', 'GET, HEAD, POST'],
    ['DELETE', '/v1.0/flows', 'GET, HEAD, POST'],
    ['OPTIONS', '/v1.0/flows', 'GET, HEAD, POST'],
    ['PATCH', '/v1.0/flows/x', 'DELETE, GET, HEAD, PUT'],
    ['PATCH', '/v1.0/flows/x/', 'DELETE, GET, HEAD, PUT'],
    ['GET', '/v1.0/flows/validate', 'POST'],
    ['PUT', '/healthz', 'GET, HEAD'],
  ] as const) {
    const answer = await api.send({ method, url, headers, payload: '{ no JSON' });
    expect(answer.status, `${method} ${url}`).toBe(405);
    expect(answer.headers.allow, `${method} ${url}`).toBe(allow);
    expect(answer.body.error).toMatchObject({ reason: 'METHOD_NOT_ALLOWED', details: [] });
  }
  const { body: document } = await api.send({ method: 'GET', url: '/openapi.json' });
  const paths = Object.keys(document.paths);
  expect(paths.length).toBeGreaterThan(50);
  for (const path of [...paths, '/docs', '/openapi.json']) {
    const url = path.replaceAll(/\{\w+\}/g, 'x');
    const { status, headers: answered } = await api.send({ method: 'PATCH', url, headers });
    expect(status, path).toBe(405);
    expect(String(answered.allow), path).toMatch(/^(DELETE|GET|POST|PUT)/);
    expect(JSON.stringify(document.paths[path] ?? {}), path).not.toContain('"patch"');
  }
});

test('405 is for whoever may ask, whatever his scope, and for nobody else', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/tokens', { name: 'x', scopes: ['read'] });
  const patch = (given?: string) =>
    api.send({
      method: 'PATCH',
      url: '/v1.0/tokens/x',
      headers: given === undefined ? {} : { authorization: `Bearer ${given}` },
    });
  expect((await patch(body.token)).status).toBe(405);
  expect((await patch('wrong')).status).toBe(401);
  expect((await patch()).status).toBe(401);
});
