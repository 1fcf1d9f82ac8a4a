import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterEach, describe, expect, test } from 'vitest';
import { AddressPolicy } from '../../../src/http/address-policy.ts';
import { GuardedClient, type HttpRequest } from '../../../src/http/guarded-client.ts';
import { HttpError } from '../../../src/http/http-error.ts';
import { type MediaFile, MediaServer } from '../../support/media-server.ts';
import { until } from '../../support/until.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function given(file: MediaFile) {
  const server = await MediaServer.open({ '/a': file });
  cleanups.push(() => server[Symbol.asyncDispose]());
  const client = new GuardedClient({
    policy: new AddressPolicy({ allow: ['127.0.0.0/8'] }),
    userAgent: 'ariflow/test',
  });
  cleanups.push(() => client.close());
  const pieces: Uint8Array[] = [];
  const download = (more: Partial<HttpRequest> = {}, take = collect) =>
    client.download({ method: 'GET', url: `${server.url}/a`, ...more }, take);
  const collect = async (body: AsyncIterable<Uint8Array>) => {
    for await (const piece of body) pieces.push(piece);
  };
  return { server, download, text: () => Buffer.concat(pieces).toString() };
}

test('the body of a 200 is handed on as it comes', async () => {
  const { download, text } = await given({ body: 'x'.repeat(300_000), headers: { 'x-a': 'b' } });
  expect(await download()).toMatchObject({ status: 200, headers: { 'x-a': 'b' } });
  expect(text()).toHaveLength(300_000);
});

test('of any other answer there is the status, and the connection can be used again', async () => {
  const { server, download, text } = await given({ status: 404, body: 'no such file' });
  for (let time = 0; time < 3; time++) expect(await download()).toMatchObject({ status: 404 });
  expect(text()).toBe('');
  await until(() => server.open === 0);
});

describe('too large', () => {
  const tooLarge = { code: 'too_large', message: 'the answer is larger than 10 bytes' };

  test('is what says so, before anything of it is taken', async () => {
    const { download, text } = await given({ body: 'x'.repeat(11) });
    await expect(download({ maxBytes: 10 })).rejects.toMatchObject(tooLarge);
    expect(text()).toBe('');
  });

  test('is what does not say so, as soon as it is', async () => {
    const { server, download, text } = await given({ instead: 'zeros' });
    await expect(download({ maxBytes: 200_000 })).rejects.toMatchObject({ code: 'too_large' });
    expect(text().length).toBeLessThanOrEqual(200_000);
    await until(() => server.open === 0);
  });
});

test('what takes too long, in all or between two pieces, is a timeout', async () => {
  const { server, download } = await given({ instead: 'drip' });
  await expect(download({ timeout: 1_200 })).rejects.toMatchObject({ code: 'timeout' });
  server.files.set('/a', { body: 'xxxx', instead: 'stall' });
  const began = performance.now();
  await expect(download({ timeout: 60_000, idleTimeout: 300 })).rejects.toMatchObject({ code: 'timeout' });
  expect(performance.now() - began).toBeLessThan(30_000);
  await until(() => server.open === 0);
});

test('what breaks off is an error, and an abort too', async () => {
  const { server, download } = await given({ body: 'x'.repeat(1_000), instead: 'cut' });
  await expect(download()).rejects.toBeInstanceOf(HttpError);
  await expect(download()).rejects.toMatchObject({ code: 'invalid' });
  server.files.set('/a', { body: 'xxxx', instead: 'stall' });
  const abort = new AbortController();
  const aborted = download({ signal: abort.signal });
  await until(() => server.open === 1);
  abort.abort(new Error('hung up'));
  await expect(aborted).rejects.toMatchObject({ code: 'aborted' });
  await until(() => server.open === 0);
});

test('what the taker throws comes out as it is, and the rest is not fetched', async () => {
  const { server, download } = await given({ instead: 'zeros' });
  const own = new Error('no space left');
  await expect(download({ maxBytes: 2 ** 32 }, () => Promise.reject(own))).rejects.toBe(own);
  const afterOne = async (body: AsyncIterable<Uint8Array>) => {
    for await (const _ of body) throw own;
  };
  await expect(download({ maxBytes: 2 ** 32 }, afterOne)).rejects.toBe(own);
  await until(() => server.open === 0);
});

test('a body that is no HTTP is an error', async () => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.end('HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n');
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => server.close());
  const { download } = await given({});
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  await expect(download({ url })).rejects.toBeInstanceOf(HttpError);
});
