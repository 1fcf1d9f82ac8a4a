import { createHash } from 'node:crypto';
import { expect, test } from 'vitest';
import { StoredTokens } from '../../../src/api/stored-tokens.ts';
import { newToken } from '../../../src/api/tokens.ts';
import { neverTime, wireTime, zeroId } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import { StoreError } from '../../../src/core/store-error.ts';
import type { TokenRecord } from '../../../src/storage/token-record.ts';
import { type ApiFixture, givenApi } from '../../support/store-api.ts';
import { until } from '../../support/until.ts';

const get = (api: ApiFixture, path: string, token: string) =>
  api.send({ method: 'GET', url: `/v1.0${path}`, headers: { authorization: `Bearer ${token}` } });

test('a token is made, shown once, read, listed and deleted', async () => {
  await using api = await givenApi();
  const { status, body } = await api.ask('POST', '/tokens', { name: 'wallboard', scopes: ['write', 'read'] });
  expect(status).toBe(200);
  const { token, ...shown } = body;
  expect(Object.keys(body).join()).toBe(
    'id,customer_id,name,scopes,expires,prefix,tm_create,tm_update,tm_delete,token',
  );
  expect(shown).toMatchObject({ name: 'wallboard', scopes: ['read', 'write'], expires: neverTime });
  expect(token).toMatch(/^arf_[0-9a-f]{12}_[\w-]{43}$/);
  expect(token.startsWith(shown.prefix)).toBe(true);
  expect((await api.ask('GET', `/tokens/${body.id}`)).body).toEqual(shown);
  expect((await api.ask('GET', '/tokens')).body).toEqual({ result: [shown], next_page_token: '' });
  const deleted = await api.ask('DELETE', `/tokens/${body.id}`);
  expect(deleted.body.tm_delete).not.toBe(neverTime);
  expect(JSON.stringify(deleted.body)).not.toContain('hash');
  expect((await api.ask('GET', `/tokens/${body.id}`)).status).toBe(404);
});

test('only a hash is stored, and nothing of a token is logged', async () => {
  await using api = await givenApi();
  const { token, id } = (await api.ask('POST', '/tokens', { name: 'x' })).body;
  await get(api, '/flows', token);
  const stored = await api.store.tokens.get(id);
  expect(stored?.hash).toBe(createHash('sha256').update(token).digest('hex'));
  const secret = token.slice(-43);
  expect(JSON.stringify(stored)).not.toContain(secret);
  expect(api.lines.join()).not.toContain(secret);
});

test('a token without scopes may read', async () => {
  await using api = await givenApi();
  expect((await api.ask('POST', '/tokens', { name: 'x' })).body.scopes).toEqual(['read']);
});

test('what is no token is refused, each mistake with its path', async () => {
  await using api = await givenApi();
  for (const [path, body] of [
    ['name', {}],
    ['name', { name: '' }],
    ['scopes', { name: 'x', scopes: [] }],
    ['scopes[0]', { name: 'x', scopes: ['root'] }],
    ['expires', { name: 'x', expires: 'tomorrow' }],
    ['expires', { name: 'x', expires: '2001-01-01 00:00:00' }],
    ['expires', { name: 'x', expires: 5 }],
    ['hash', { name: 'x', hash: '0' }],
    ['token', { name: 'x', token: 'mine' }],
  ] as const) {
    const { status, body: answer } = await api.ask('POST', '/tokens', body);
    expect(status, JSON.stringify(body)).toBe(400);
    expect(answer.error.details, JSON.stringify(body)).toMatchObject([{ path }]);
  }
});

test('a deleted token is refused from that moment on', async () => {
  await using api = await givenApi();
  for (let round = 0; round < 10; round++) {
    const { token, id } = (await api.ask('POST', '/tokens', { name: 'x' })).body;
    expect((await get(api, '/flows', token)).status).toBe(200);
    await api.ask('DELETE', `/tokens/${id}`);
    expect((await get(api, '/flows', token)).status).toBe(401);
  }
});

test('a token is good until it expires', async () => {
  await using api = await givenApi();
  const expires = new Date(Date.now() + 300).toISOString();
  const { status, body } = await api.ask('POST', '/tokens', { name: 'x', expires });
  expect(status).toBe(200);
  expect((await get(api, '/flows', body.token)).status).toBe(200);
  await until(() => wireTime() > body.expires, { what: 'the token to expire' });
  expect((await get(api, '/flows', body.token)).status).toBe(401);
});

test('every scope opens what it is for and nothing else', async () => {
  await using api = await givenApi();
  const made = async (scopes: string[]) =>
    (await api.ask('POST', '/tokens', { name: 'x', scopes })).body.token;
  const statuses = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    const asked = [
      { method: 'GET', url: '/v1.0/flows' },
      { method: 'HEAD', url: '/v1.0/flows' },
      { method: 'POST', url: '/v1.0/flows', payload: { name: 'x' } },
      { method: 'GET', url: '/v1.0/tokens' },
      { method: 'POST', url: '/v1.0/tokens', payload: { name: 'x' } },
      { method: 'GET', url: '/v1.0/tokens/' },
    ] as const;
    const found = [];
    for (const request of asked) found.push((await api.send({ ...request, headers })).status);
    return found;
  };
  expect(await statuses(await made(['read']))).toEqual([200, 200, 403, 403, 403, 403]);
  expect(await statuses(await made(['write']))).toEqual([200, 200, 200, 403, 403, 403]);
  expect(await statuses(await made(['admin']))).toEqual([403, 403, 403, 200, 200, 200]);
  expect(await statuses(await made(['admin', 'write']))).toEqual([200, 200, 200, 200, 200, 200]);
});

test('a missing scope is named', async () => {
  await using api = await givenApi();
  const { token } = (await api.ask('POST', '/tokens', { name: 'x' })).body;
  const { body, headers } = await api.send({
    method: 'DELETE',
    url: '/v1.0/flows/x',
    headers: { authorization: `Bearer ${token}` },
  });
  const message = 'the token needs the scope write for this';
  expect(body).toEqual({ error: { status: 403, reason: 'PERMISSION_DENIED', message, details: [] } });
  expect(headers['www-authenticate']).toBe('Bearer error="insufficient_scope", scope="write"');
});

/** A store that counts how often it is asked, and can be away. */
function givenTokens(maxAge?: number) {
  const { token, prefix, hash } = newToken();
  const times = { tm_create: wireTime(), tm_update: wireTime(), tm_delete: neverTime };
  const identity = {
    id: 'one',
    customer_id: zeroId,
    name: 'x',
    scopes: ['read'],
    expires: neverTime,
  } as const;
  const record: TokenRecord = { ...identity, prefix, ...times, hash };
  const store = { records: [record], asked: 0, isAway: false };
  const all = async () => {
    store.asked++;
    if (store.isAway) throw new StoreError('unreachable');
    return store.records;
  };
  const options = { store: { all }, configured: 'correct-horse-battery', log: silentLog };
  return {
    book: new StoredTokens({ ...options, ...(maxAge !== undefined && { maxAge }) }),
    store,
    token,
    record,
  };
}

test('requests that come together ask the store once, later ones not at all', async () => {
  const { book, store, token } = givenTokens();
  await Promise.all(Array.from({ length: 100 }, () => book.verify(token)));
  for (let request = 0; request < 100; request++) await book.verify(newToken().token);
  await book.verify('nonsense');
  expect(await book.verify(token)).toEqual({ name: 'one', scopes: ['read'] });
  expect(store.asked).toBe(1);
});

test('what another process did is seen once what was read is old', async () => {
  const { book, store, token } = givenTokens(0);
  expect(await book.verify(token)).toBeDefined();
  store.records = [];
  expect(await book.verify(token)).toBeUndefined();
});

test('while the store is away known tokens go on, deleted ones do not, and the configured one needs no store', async () => {
  const { book, store, token, record } = givenTokens(0);
  store.isAway = true;
  await expect(book.verify(token)).rejects.toThrow(StoreError);
  expect(await book.verify('correct-horse-battery')).toBeDefined();
  store.isAway = false;
  expect(await book.verify(token)).toBeDefined();
  store.isAway = true;
  expect(await book.verify(token)).toBeDefined();
  book.changed(record);
  expect(await book.verify(token)).toBeUndefined();
});

test('the rest of a token is compared, not only its beginning', async () => {
  const { book, token, record } = givenTokens();
  const other = `${record.prefix}_${newToken().token.slice(-43)}`;
  expect(await book.verify(other)).toBeUndefined();
  expect(await book.verify(token.slice(0, -1))).toBeUndefined();
  expect(await book.verify(`${token}x`)).toBeUndefined();
});
