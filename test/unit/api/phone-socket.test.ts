import { once } from 'node:events';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import WebSocket, { WebSocketServer } from 'ws';
import { Console } from '../../../src/api/console/console.ts';
import { SessionPhones } from '../../../src/api/console/session-phones.ts';
import { Scope } from '../../../src/core/scope.ts';
import { type ApiFixture, givenApi, token } from '../../support/store-api.ts';
import { until } from '../../support/until.ts';

const cleanups: (() => PromiseLike<unknown>)[] = [];
afterEach(async () => {
  for (let clean = cleanups.pop(); clean; clean = cleanups.pop()) await clean();
});

/** A server that takes WebSockets as Asterisk does, and gives back what it is told. */
async function givenFarEnd() {
  const server = createServer((_, response) => response.writeHead(404).end());
  const asked: IncomingMessage[] = [];
  const sockets = new WebSocketServer({ server, path: '/ws' });
  sockets.on('connection', (socket, asking) => {
    asked.push(asking);
    socket.on('message', (data) => socket.send(data.toString()));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => {
    for (const socket of sockets.clients) socket.terminate();
    server.close();
  });
  const { port } = server.address() as AddressInfo; // a TCP server has one
  return { asked, sockets, url: `http://127.0.0.1:${port}/ws` };
}

/** The API with phones in the console, which listens; and who has signed in. */
async function given(far: string) {
  const scope = new Scope(() => undefined);
  const removed: string[] = [];
  const passwords: string[] = [];
  let made = 0;
  const pages = {
    add: async (password: string) => {
      passwords.push(password);
      return { extension: `91234${made++}`, digest: 'x', codecs: ['ulaw'] };
    },
    resume: async () => true,
    remove: async (extension: string) => void removed.push(extension),
  };
  const phones = new SessionPhones({ pages, far: new URL(far), domain: '127.0.0.1', isLocal: true });
  const own = { host: '127.0.0.1', publicUrl: undefined, url: 'http://127.0.0.1', folder: '/nowhere' };
  const api = await givenApi({ console: new Console({ scope, phones, ...own }) });
  cleanups.push(
    () => api[Symbol.asyncDispose](),
    () => scope.close(),
  );
  const url = await api.api.listen({ host: '127.0.0.1', port: 0 });
  return { api, url, removed, passwords, signIn: () => signIn(api, url) };
}

async function signIn(api: ApiFixture, url: string) {
  const { code } = (await api.ask('POST', '/sessions/codes')).body;
  const headers = { origin: url, 'content-type': 'application/json' };
  const body = JSON.stringify({ code });
  const answer = await fetch(`${url}/v1.0/sessions`, { method: 'POST', headers, body });
  expect(answer.status).toBe(200);
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return { cookie, origin: url };
}

/** The first line of the answer to a handshake, and what comes of it. */
function handshake(url: string, headers: Record<string, string>, path = '/v1.0/phone/socket') {
  const socket = new WebSocket(`${url.replace('http', 'ws')}${path}`, 'sip', { headers });
  const said: string[] = [];
  socket.on('message', (data) => said.push(data.toString()));
  socket.on('error', () => undefined);
  cleanups.push(async () => socket.terminate());
  const status = new Promise<number>((resolve) => {
    socket.on('open', () => resolve(101));
    socket.on('unexpected-response', (_, response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
    });
  });
  return { socket, said, status };
}

test('whoever has signed in speaks with Asterisk, and nothing that says who he is goes there', async () => {
  const far = await givenFarEnd();
  const { url, signIn } = await given(far.url);
  const { socket, said, status } = handshake(url, await signIn());
  expect(await status).toBe(101);
  expect(socket.protocol).toBe('sip');
  const long = 'x'.repeat(50_000);
  for (const text of ['one', long, 'ü']) socket.send(text);
  await until(() => said.length === 3);
  expect(said).toEqual(['one', long, 'ü']);
  expect(far.asked).toHaveLength(1);
  const { headers } = far.asked[0] as IncomingMessage;
  expect(headers['sec-websocket-protocol']).toBe('sip');
  expect(Object.keys(headers).filter((name) => /cookie|origin|authorization|forwarded/.test(name))).toEqual(
    [],
  );
  socket.close();
  await until(() => far.sockets.clients.size === 0);
});

test('a page that goes without a word, and an Asterisk that does, end both sides', async () => {
  const far = await givenFarEnd();
  const { url, signIn } = await given(far.url);
  const mine = await signIn();
  const first = handshake(url, mine);
  expect(await first.status).toBe(101);
  first.socket.terminate();
  await until(() => far.sockets.clients.size === 0);
  const second = handshake(url, mine);
  expect(await second.status).toBe(101);
  const closed = once(second.socket, 'close');
  for (const socket of far.sockets.clients) socket.terminate();
  await closed;
});

test('nobody else: without a session, with a token, from another page, under another name', async () => {
  const far = await givenFarEnd();
  const { url, signIn } = await given(far.url);
  const mine = await signIn();
  const { port } = new URL(url);
  const named = mine.cookie.replace(`ariflow_${port}`, 'ariflow_session');
  const refused: readonly [string, Record<string, string>, number][] = [
    ['nobody', { origin: url }, 401],
    ['a guess', { ...mine, cookie: `ariflow_${port}=${'x'.repeat(43)}` }, 401],
    ['a token', { origin: url, authorization: `Bearer ${token}` }, 404],
    ['a page elsewhere', { ...mine, origin: 'https://evil.example' }, 403],
    ['a page of another port', { ...mine, origin: 'http://127.0.0.1:1' }, 403],
    ['a file', { ...mine, origin: 'null' }, 403],
    ['no page', { cookie: mine.cookie }, 403],
    ['another name', { cookie: named, host: 'evil.example', origin: 'http://evil.example' }, 403],
    ['a frame elsewhere', { ...mine, 'sec-fetch-site': 'cross-site' }, 403],
  ];
  for (const [who, headers, status] of refused)
    expect(await handshake(url, headers).status, who).toBe(status);
  expect(await handshake(url, { origin: url }, `/v1.0/phone/socket?token=${token}`).status).toBe(404);
  expect(far.asked).toEqual([]);
  expect(await handshake(url, mine).status).toBe(101);
});

test('signing out closes it, and nobody else’s, and takes the phone away', async () => {
  const far = await givenFarEnd();
  const { url, signIn, removed, passwords } = await given(far.url);
  const [mine, other] = [await signIn(), await signIn()];
  const phoneOf = async (headers: Record<string, string>) =>
    (await fetch(`${url}/v1.0/phone`, { method: 'POST', headers })).json() as Promise<{ extension: string }>;
  const account = await phoneOf(mine);
  expect(account).toMatchObject({
    ...{ extension: '912340', password: passwords[0], uri: 'sip:912340@127.0.0.1', domain: '127.0.0.1' },
    ...{ socket: '/v1.0/phone/socket', codecs: ['ulaw'], local_only: true },
  });
  expect(await phoneOf(mine)).toEqual(account);
  expect((await phoneOf(other)).extension).toBe('912341');
  for (const password of passwords) expect(password).toMatch(/^[\w-]{43}$/);
  expect(new Set(passwords).size).toBe(2);
  const [ours, theirs] = [handshake(url, mine), handshake(url, other)];
  expect([await ours.status, await theirs.status]).toEqual([101, 101]);
  const closed = once(ours.socket, 'close');
  const stream = await fetch(`${url}/v1.0/events/stream`, { headers: mine });
  const gone = await fetch(`${url}/v1.0/sessions/current`, { method: 'DELETE', headers: mine });
  expect(gone.status).toBe(200);
  await closed;
  await stream.text(); // ends
  expect(removed).toEqual(['912340']);
  expect(await handshake(url, mine).status).toBe(401);
  theirs.socket.send('still there');
  await until(() => theirs.said.length === 1);
});

test('one session has four at most, and a place again when one is closed', async () => {
  const far = await givenFarEnd();
  const { url, signIn } = await given(far.url);
  const mine = await signIn();
  const four = [1, 2, 3, 4].map(() => handshake(url, mine));
  expect(await Promise.all(four.map(({ status }) => status))).toEqual([101, 101, 101, 101]);
  expect(await handshake(url, mine).status).toBe(409);
  four[0]?.socket.close();
  await until(() => far.sockets.clients.size === 3);
  expect(await handshake(url, mine).status).toBe(101);
});

test('what is no WebSocket for SIP is told so, and the connection serves on', async () => {
  const far = await givenFarEnd();
  const { url, signIn } = await given(far.url);
  const mine = await signIn();
  expect((await fetch(`${url}/v1.0/phone/socket`, { headers: mine })).status).toBe(400);
  const other = new WebSocket(`${url.replace('http', 'ws')}/v1.0/phone/socket`, 'chat', { headers: mine });
  const [, response] = (await once(other, 'unexpected-response')) as [unknown, IncomingMessage];
  expect(response.statusCode).toBe(400);
  response.destroy();
  // Whoever offers to speak something else elsewhere is served as if he had not.
  const asked = request(`${url}/healthz`, { headers: { connection: 'Upgrade', upgrade: 'h2c' } }).end();
  const [answer] = (await once(asked, 'response')) as [IncomingMessage];
  expect(answer.statusCode).toBe(200);
  answer.resume();
  expect(far.asked).toEqual([]);
});

test('without an Asterisk that takes it there is none', async () => {
  const { url, signIn } = await given('http://127.0.0.1:1/ws');
  expect(await handshake(url, await signIn()).status).toBe(503);
  const far = await givenFarEnd();
  const other = await given(far.url.replace('/ws', '/nothing'));
  expect(await handshake(other.url, await other.signIn()).status).toBe(503);
});

test('a daemon that ends lets nobody wait', async () => {
  const far = await givenFarEnd();
  const { api, url, signIn } = await given(far.url);
  const { socket, status } = handshake(url, await signIn());
  expect(await status).toBe(101);
  const closed = once(socket, 'close');
  await api.api.close();
  await closed;
  await until(() => far.sockets.clients.size === 0);
});

test('where phones are off the page is told how to turn them on', async () => {
  await using api = await givenApi();
  const { code } = (await api.ask('POST', '/sessions/codes')).body;
  const ours = { host: '127.0.0.1', origin: 'http://127.0.0.1' };
  const signedIn = await api.send({
    method: 'POST',
    url: '/v1.0/sessions',
    headers: ours,
    payload: { code },
  });
  expect(signedIn.body.phone).toEqual({
    available: false,
    reason: expect.stringContaining('ARIFLOW_WEBRTC=on'),
  });
  const cookie = String(signedIn.headers['set-cookie']).split(';')[0] ?? '';
  const answer = await api.send({ method: 'POST', url: '/v1.0/phone', headers: { ...ours, cookie } });
  expect(answer).toMatchObject({ status: 409, body: { error: { reason: 'CONFLICT' } } });
});
