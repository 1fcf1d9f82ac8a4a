import { expect, test } from 'vitest';
import { singleToken } from '../../../src/api/tokens.ts';
import { givenApi, token } from '../../support/store-api.ts';

const wrong = 'wrong-horse-battery-staple';
const get = (url: string, authorization?: string) => ({
  method: 'GET' as const,
  url,
  headers: authorization === undefined ? {} : { authorization },
});

test('a token is taken from the header or the query', async () => {
  await using api = await givenApi();
  for (const request of [
    get('/v1.0/flows', `Bearer ${token}`),
    get('/v1.0/flows', `bearer  ${token}`),
    get(`/v1.0/flows?token=${token}`),
    get(`/v1.0/flows?page_size=1&token=${token}`),
    get(`/v1.0/flows/?token=${token}`),
    get(`/v1.0/flows?token=${wrong}`, `Bearer ${token}`),
  ]) {
    expect((await api.send(request)).status, request.url).toBe(200);
  }
});

test('without a token, or with a wrong one, nothing is told', async () => {
  await using api = await givenApi();
  for (const request of [
    get('/v1.0/flows'),
    get('/v1.0/nonsense'),
    get('/v1.0/flows?token='),
    get(`/v1.0/flows?token=${wrong}`),
    get(`/v1.0/flows?token=${token}&token=${token}`),
    get(`/v1.0/flows?token[]=${token}`),
    get(`/v1.0/flows?token=${token}`, `Bearer ${wrong}`),
    get('/v1.0/flows', `Bearer ${token}x`),
    get('/v1.0/flows', `Basic ${token}`),
    get('/v1.0/flows', `Bearer ${token} ${token}`),
    get('/v1.0/flows', 'Bearer'),
    get('/v1.0/flows', ''),
  ]) {
    const { status, body, headers } = await api.send(request);
    expect(status, request.url).toBe(401);
    expect(body).toEqual({
      error: { status: 401, reason: 'UNAUTHENTICATED', message: 'a valid token is needed', details: [] },
    });
    expect(headers['www-authenticate']).toBe('Bearer');
  }
});

test('a body is not read before the token is known to be good', async () => {
  await using api = await givenApi();
  const headers = { 'content-type': 'application/json' };
  expect((await api.send({ method: 'POST', url: '/v1.0/flows', headers, payload: '{' })).status).toBe(401);
});

test('wrong tokens are limited per address and never lock out a valid one', async () => {
  await using api = await givenApi({}, { requests: 100, failures: 3 });
  const from = async (remoteAddress: string, given: string) =>
    (await api.send({ ...get('/v1.0/flows', `Bearer ${given}`), remoteAddress })).status;
  const statuses = [];
  for (let attempt = 0; attempt < 5; attempt++) statuses.push(await from('10.0.0.1', wrong));
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  expect(await from('10.0.0.1', token)).toBe(200);
  expect(await from('10.0.0.2', wrong)).toBe(401);
  for (let attempt = 0; attempt < 3; attempt++) await from(`2001:db8::${attempt}`, wrong);
  expect(await from('2001:db8::ffff', wrong)).toBe(429);
});

test('requests are limited per token, from wherever they come', async () => {
  await using api = await givenApi(
    {
      tokens: { verify: async (given) => ({ name: given, scopes: ['read'] }), changed: () => undefined },
    },
    { requests: 2, failures: 3 },
  );
  const ask = (name: string, remoteAddress: string) =>
    api.send({ ...get('/v1.0/flows', `Bearer ${name}`), remoteAddress });
  expect((await ask('a', '10.0.0.1')).status).toBe(200);
  expect((await ask('a', '10.0.0.2')).status).toBe(200);
  const limited = await ask('a', '10.0.0.3');
  expect(limited.status).toBe(429);
  expect(limited.body.error).toMatchObject({ status: 429, reason: 'RATE_LIMITED', details: [] });
  expect(Number(limited.headers['retry-after'])).toBeGreaterThan(0);
  expect((await ask('b', '10.0.0.3')).status).toBe(200);
});

test('600 requests a minute are the default', async () => {
  await using api = await givenApi();
  const statuses = new Map<number, number>();
  for (let request = 0; request < 605; request++) {
    const { status } = await api.ask('GET', '/flows?page_size=0');
    statuses.set(status, (statuses.get(status) ?? 0) + 1);
  }
  expect([...statuses]).toEqual([
    [400, 600],
    [429, 5],
  ]);
  expect((await api.send(get('/healthz'))).status).toBe(200);
});

test('health and documents need no token and have no limit', async () => {
  await using api = await givenApi({}, { requests: 1, failures: 1 });
  for (const url of ['/healthz', '/readyz', '/openapi.json', '/docs']) {
    for (let attempt = 0; attempt < 3; attempt++) expect((await api.send(get(url))).status, url).toBe(200);
  }
});

test('no token, right or wrong, is ever logged', async () => {
  await using api = await givenApi({
    readiness: async () => {
      throw new Error('a defect');
    },
  });
  for (const given of [token, wrong]) {
    await api.send(get(`/v1.0/flows?token=${given}`));
    await api.send(get(`/v1.0/nonsense?token=${given}`));
    await api.send(get(`/nonsense?token=${given}`));
    await api.send(get(`/%zz?token=${given}`));
    await api.send(get(`/readyz?token=${given}`, `Bearer ${given}`));
  }
  expect(api.lines.length).toBeGreaterThan(5);
  expect(api.lines.join()).not.toMatch(/battery/);
});

test('the one token is known by its hash, whatever its length', async () => {
  const book = singleToken(token);
  expect(await book.verify(token)).toEqual({
    name: 'configured',
    scopes: ['read', 'write', 'admin', 'messages'],
  });
  for (const given of ['', 'x', token.slice(1), token.toUpperCase(), token.repeat(100)]) {
    expect(await book.verify(given)).toBeUndefined();
  }
});
