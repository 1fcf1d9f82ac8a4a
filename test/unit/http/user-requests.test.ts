import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventData } from '../../../src/chatbots/server-events.ts';
import { exchange } from '../../../src/flow-requests/exchange.ts';
import { AddressPolicy } from '../../../src/http/address-policy.ts';
import { GuardedClient } from '../../../src/http/guarded-client.ts';
import { userRequests } from '../../../src/http/user-requests.ts';
import type { UserRequest } from '../../../src/ports/http.ts';
import { ChatServer } from '../../support/chat-server.ts';
import { freePort } from '../../support/free-port.ts';
import { openFullServer } from '../../support/full-server.ts';
import { until } from '../../support/until.ts';
import { redirectTo, WebhookSink } from '../../support/webhook-sink.ts';

const policy = new AddressPolicy({ allow: ['127.0.0.1'] });
const client = new GuardedClient({ policy, userAgent: 'ariflow/test' });
const requests = userRequests(client, policy);
const { signal } = new AbortController();

let server: WebhookSink;
beforeAll(async () => {
  server = await WebhookSink.open();
});
afterAll(async () => {
  await client.close();
  await server.close();
});

const get = (url: string, timeout = 20_000): UserRequest => ({
  method: 'GET',
  url,
  timeout,
  maxBytes: 1_000,
});

test('a reply is a reply, whatever its status', async () => {
  server.respondNext({ status: 404, headers: { 'X-A': 'b' }, body: 'none' });
  const reply = await requests.request(get(server.url), signal);
  expect(reply).toMatchObject({ status: 404, headers: { 'x-a': 'b' } });
  expect('body' in reply && reply.body.toString()).toBe('none');
});

test('that there is none is a value, with its reason', async () => {
  const failure = async (url: string, timeout?: number) => {
    const reply = await requests.request(get(url, timeout), signal);
    return 'failure' in reply ? reply.failure : reply.status;
  };
  server.respondNext({ instead: 'hang' }, { bytes: 10_000 }, redirectTo('http://10.0.0.1/'));
  expect(await failure(server.url, 300)).toBe('timeout');
  expect(await failure(server.url)).toBe('too_large');
  expect(await failure(server.url)).toBe(302); // not followed unless asked for
  expect(await failure(`http://127.0.0.1:${await freePort('tcp')}`)).toBe('unreachable');
  expect(await failure('http://10.0.0.1/')).toBe('blocked');
  expect(await failure('nonsense')).toBe('invalid_request');
  expect(await failure('ftp://127.0.0.1/')).toBe('invalid_request');
});

test('a host that takes no connection in time is asked again, one that does not answer is not', async () => {
  await using full = await openFullServer();
  let tries = 0;
  const http = {
    ...requests,
    request: (...request: Parameters<typeof requests.request>) => {
      if (++tries === 2) full.resume();
      return requests.request(...request);
    },
  };
  const trying = { http, retries: 3, signal };
  const given = { method: 'POST', headers: {}, body: '{}', timeout: 2_000, maxBytes: 1_000 } as const;
  const { result } = await exchange({ ...given, url: full.url }, trying);
  expect('body' in result && result.body.toString()).toBe('1');
  const needed = tries;
  expect(needed).toBeGreaterThan(1);
  server.respondNext({ instead: 'hang' });
  const late = await exchange({ ...given, url: server.url }, trying);
  expect([tries - needed, late.result]).toMatchObject([1, { failure: 'timeout' }]);
});

test('an abort is an error, and its reason the truth', async () => {
  const abort = new AbortController();
  server.respondNext({ instead: 'hang' });
  const reply = requests.request(get(server.url), abort.signal);
  const reason = new Error('hung up');
  abort.abort(reason);
  await expect(reply).rejects.toBe(reason);
});

test('a URL is judged before it is asked', () => {
  expect(requests.checkUrl('https://example.com/')).toBeUndefined();
  expect(requests.checkUrl(server.url)).toBeUndefined();
  expect(requests.checkUrl('http://example.com/')).toBe('must be an https: URL');
  expect(requests.checkUrl('https://10.0.0.1/')).toBe('leads to an address that is not allowed');
});

/** One that nobody has told to answer otherwise. */
async function givenServer() {
  const fresh = await WebhookSink.open();
  return Object.assign(fresh, { [Symbol.asyncDispose]: () => fresh.close() });
}

test('a stream is handed on as it comes; what has no 200 has its status, and no body', async () => {
  await using server = await givenServer();
  server.respondNext({ body: 'one two' }, { status: 500, body: 'no' });
  const pieces: string[] = [];
  const take = async (body: AsyncIterable<Uint8Array>) => {
    for await (const piece of body) pieces.push(Buffer.from(piece).toString());
  };
  expect(await requests.stream(get(server.url), take, signal)).toMatchObject({ status: 200 });
  expect(await requests.stream(get(server.url), take, signal)).toMatchObject({ status: 500 });
  expect(pieces.join('')).toBe('one two');
});

test('a stream that there is none of says why, as a reply does; what its taker throws is thrown', async () => {
  await using server = await givenServer();
  const take = async (body: AsyncIterable<Uint8Array>) => {
    for await (const _ of body) throw new Error('garbage');
  };
  const failed = (url: string, timeout?: number) => requests.stream(get(url, timeout), take, signal);
  server.respondNext({ instead: 'hang' });
  expect(await failed(server.url, 300)).toMatchObject({ failure: 'timeout' });
  expect(await failed('http://10.0.0.1/')).toMatchObject({ failure: 'blocked' });
  expect(await failed(`http://127.0.0.1:${await freePort('tcp')}`)).toMatchObject({ failure: 'unreachable' });
  server.respondNext({ body: 'x' });
  await expect(failed(server.url)).rejects.toThrow('garbage');
});

test('a stream whose taker has enough is not waited for', async () => {
  await using chat = await ChatServer.open();
  chat.answers(() => ({ pieces: ['data: a\n\n'], ending: 'hang' }));
  const taken: string[] = [];
  const request = { ...get(`${chat.url}/chat/completions`), method: 'POST', body: '{}' } as const;
  const reply = await requests.stream(
    { ...request, timeout: 5_000 },
    async (body) => {
      for await (const data of eventData(body)) {
        taken.push(data);
        return;
      }
    },
    signal,
  );
  expect([reply, taken]).toMatchObject([{ status: 200 }, ['a']]);
  await until(() => chat.requests[0]?.isAborted === true);
});
