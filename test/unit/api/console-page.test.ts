import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { type ApiFixture, givenApi } from '../../support/store-api.ts';

const host = '127.0.0.1:8080';
const get = (api: ApiFixture, url: string, headers: object = {}) =>
  api.api.inject({ method: 'GET', url, headers: { host, ...headers } });

/** A page of three files. */
async function givenPage(): Promise<ApiFixture> {
  const api = await givenApi();
  const folder = api.parts.console?.folder ?? '';
  mkdirSync(join(folder, 'assets/deeper'), { recursive: true });
  writeFileSync(join(folder, 'index.html'), '<meta nonce="ARIFLOW_NONCE"><link nonce="ARIFLOW_NONCE">');
  writeFileSync(join(folder, 'assets/app-1a2b.js'), `'ä';${'x'.repeat(1_000)}`);
  writeFileSync(join(folder, 'assets/dot-1a2b.png'), Buffer.from([1, 2, 3]));
  writeFileSync(join(folder, 'assets/app-1a2b.js.map'), '{}');
  writeFileSync(join(folder, 'secret.txt'), 'secret');
  return api;
}

test('the page is asked for anew each time, and may load only what comes from here', async () => {
  await using api = await givenPage();
  const { statusCode, headers, body } = await get(api, '/');
  expect(statusCode).toBe(200);
  expect(headers).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    'cross-origin-opener-policy': 'same-origin',
    'cross-origin-resource-policy': 'same-origin',
  });
  const policy = String(headers['content-security-policy']);
  const [, nonce = ''] = /style-src 'self' 'nonce-([\w+/=]{24})'/.exec(policy) ?? [];
  expect(policy.split('; ')).toEqual(
    expect.arrayContaining([
      "default-src 'none'",
      "script-src 'self'",
      "connect-src 'self'",
      "base-uri 'none'",
    ]),
  );
  expect(policy).not.toMatch(/unsafe|https?:|\*|wss?:/);
  expect(body).toBe(`<meta nonce="${nonce}"><link nonce="${nonce}">`);
  expect((await get(api, '/')).body).not.toBe(body);
  expect(String(headers['permissions-policy'])).toContain('microphone=(self)');
});

test('no page around it', async () => {
  await using api = await givenPage();
  const { headers } = await get(api, '/');
  expect(headers['content-security-policy']).toContain("frame-ancestors 'none'");
  expect(headers['x-frame-options']).toBe('DENY');
});

test('what it loads is kept for ever, small where the browser can unpack it', async () => {
  await using api = await givenPage();
  const plain = await get(api, '/assets/app-1a2b.js');
  expect(plain.headers).toMatchObject({
    'content-type': 'text/javascript; charset=utf-8',
    'cache-control': 'public, max-age=31536000, immutable',
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'no-referrer',
    vary: 'accept-encoding',
  });
  expect(plain.headers).not.toHaveProperty('content-encoding');
  const packed = await get(api, '/assets/app-1a2b.js', { 'accept-encoding': 'br, gzip, deflate' });
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(packed.rawPayload.length).toBeLessThan(100);
  expect(gunzipSync(packed.rawPayload)).toEqual(plain.rawPayload);
  const picture = await get(api, '/assets/dot-1a2b.png', { 'accept-encoding': 'gzip' });
  expect([picture.headers['content-type'], [...picture.rawPayload]]).toEqual(['image/png', [1, 2, 3]]);
  expect((await api.api.inject({ method: 'HEAD', url: '/', headers: { host } })).statusCode).toBe(200);
});

test.each([
  '/assets/..%2Fsecret.txt',
  '/assets/%2e%2e%2fsecret.txt',
  '/assets/../secret.txt',
  '/assets/deeper',
  '/assets/',
  '/assets/app-1a2b.js.map',
  '/assets/nothing.js',
  '/assets/__proto__',
  '/secret.txt',
  '/index.html',
])('nothing else is there: %s', async (url) => {
  await using api = await givenPage();
  const { statusCode, body } = await get(api, url);
  expect([statusCode, JSON.parse(body).error.reason]).toEqual([404, 'NOT_FOUND']);
});

test.each([
  'evil.example',
  'evil.example:8080',
  '127.0.0.1.evil.example:8080',
  '127.0.0.1:8080@evil.example',
  'localhost.evil.example',
])('under the name of %s there is no page', async (name) => {
  await using api = await givenPage();
  for (const url of ['/', '/assets/app-1a2b.js'])
    expect((await get(api, url, { host: name })).statusCode, url).toBe(403);
});

test('where it is not built it says how to, and is there once it is', async () => {
  await using api = await givenPage();
  const index = join(api.parts.console?.folder ?? '', 'index.html');
  rmSync(index);
  const missing = await get(api, '/');
  expect([missing.statusCode, JSON.parse(missing.body).error.message]).toEqual([
    404,
    expect.stringContaining('npm run build'),
  ]);
  writeFileSync(index, 'built');
  expect((await get(api, '/')).body).toBe('built');
});

test('what is built is a page, and all that it names is there', async () => {
  const folder = join(import.meta.dirname, '../../../dist/console');
  await using api = await givenApi();
  const console = api.parts.console && Object.assign(api.parts.console, { folder });
  expect(console?.folder).toBe(folder);
  const { statusCode, body } = await get(api, '/');
  expect(statusCode).toBe(200);
  const named = [...body.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, url = '']) => url);
  expect(named.length).toBeGreaterThan(0);
  for (const url of named) expect((await get(api, url)).statusCode, url).toBe(200);
  // Nothing that the policy would refuse.
  expect(body).not.toMatch(/<script(?![^>]*\bsrc=)|<style|\bon\w+=|\bstyle=|https?:\/\//);
});
