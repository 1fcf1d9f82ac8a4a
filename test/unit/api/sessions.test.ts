import { expect, test } from 'vitest';
import { VirtualClock } from '../../../src/simulator/virtual-clock.ts';
import { type Answer, type ApiFixture, givenApi, token } from '../../support/store-api.ts';

const host = '127.0.0.1:8080';
/** As a browser asks from our own page. */
const ours = { host, origin: `http://${host}` };
const minute = 60_000;
const hour = 60 * minute;

const codeOf = async (api: ApiFixture): Promise<string> =>
  (await api.ask('POST', '/sessions/codes')).body.code;

const signIn = (api: ApiFixture, code: string, headers: object = ours): Promise<Answer> =>
  api.send({ method: 'POST', url: '/v1.0/sessions', headers: { ...headers }, payload: { code } });

/** What a browser sends of a cookie that it was given. */
const cookieOf = ({ headers }: Answer): string => String(headers['set-cookie']).split(';')[0] ?? '';

async function signedIn(api: ApiFixture): Promise<string> {
  return cookieOf(await signIn(api, await codeOf(api)));
}

type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

const asks =
  (api: ApiFixture, cookie: string) =>
  (method: Method, path: string, more: object = {}) =>
    api.send({ method, url: `/v1.0${path}`, headers: { ...ours, cookie, ...more } });

const form = (status: number, reason: string) => ({ status, body: { error: { status, reason } } });

test('whoever has a token makes a link, and whoever opens that has a session without one', async () => {
  await using api = await givenApi();
  const made = await api.ask('POST', '/sessions/codes');
  expect(made.body.url).toBe(`http://127.0.0.1:8080/#code=${made.body.code}`);
  expect(made.body.code).toMatch(/^[\w-]{43}$/);
  const answer = await signIn(api, made.body.code);
  expect(answer).toMatchObject({ status: 200, body: { scopes: ['read', 'write', 'admin', 'messages'] } });
  expect(answer.headers['set-cookie']).toMatch(
    /^ariflow_8080=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict; Max-Age=43200$/,
  );
  const ask = asks(api, cookieOf(answer));
  expect(await ask('GET', '/sessions/current')).toMatchObject({ status: 200, body: answer.body });
  for (const path of ['/flows', '/tokens', '/calls']) expect((await ask('GET', path)).status, path).toBe(200);
  expect((await ask('POST', '/flows')).status).toBe(400); // let in, and without a body
  // Nothing of the token, or of what is in the cookie, is in any answer.
  const secret = cookieOf(answer).split('=')[1] ?? '';
  expect(JSON.stringify([answer.body, (await ask('GET', '/sessions/current')).body])).not.toMatch(
    new RegExp(`${token}|${secret}`),
  );
  expect(api.lines.join()).not.toContain(secret);
  expect(api.lines.join()).not.toContain(made.body.code);
});

test('a code is for one session', async () => {
  await using api = await givenApi();
  const code = await codeOf(api);
  expect((await signIn(api, code)).status).toBe(200);
  const again = await signIn(api, code);
  expect(again).toMatchObject(form(401, 'UNAUTHENTICATED'));
  expect(again.headers).not.toHaveProperty('set-cookie');
  const both = await codeOf(api);
  const statuses = (await Promise.all([signIn(api, both), signIn(api, both)])).map(({ status }) => status);
  expect(statuses.sort()).toEqual([200, 401]);
});

test('a code is for ten minutes, and a session for twelve hours', async () => {
  using clock = new VirtualClock();
  await using api = await givenApi();
  const old = await codeOf(api);
  await clock.pass(9 * minute);
  const late = await codeOf(api);
  await clock.pass(minute);
  expect(await signIn(api, old)).toMatchObject(form(401, 'UNAUTHENTICATED'));
  const ask = asks(api, cookieOf(await signIn(api, late)));
  await clock.pass(12 * hour - 1);
  expect((await ask('GET', '/flows')).status).toBe(200);
  await clock.pass(2);
  expect(await ask('GET', '/flows')).toMatchObject(form(401, 'UNAUTHENTICATED'));
});

test('codes that are guessed are counted by address, and say nothing; the right one passes all the same', async () => {
  await using api = await givenApi({}, { requests: 100, failures: 3 });
  const code = await codeOf(api);
  const from = async (remoteAddress: string, given: string) =>
    (
      await api.send({
        ...{ method: 'POST', url: '/v1.0/sessions', headers: ours, payload: { code: given } },
        remoteAddress,
      })
    ).status;
  const guesses = [
    '',
    'x',
    code.slice(1),
    code.toLowerCase() === code ? 'y' : code.toLowerCase(),
    `${code} `,
  ];
  const statuses = [];
  for (const guess of guesses) statuses.push(await from('10.0.0.1', guess));
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  expect(await from('10.0.0.2', 'x')).toBe(401);
  expect(await from('10.0.0.1', code)).toBe(200);
});

test('cookies that are guessed are counted like wrong tokens', async () => {
  await using api = await givenApi({}, { requests: 100, failures: 3 });
  const cookie = await signedIn(api);
  const statuses = [];
  for (let count = 0; count < 5; count++)
    statuses.push((await asks(api, `ariflow_8080=${'x'.repeat(43)}`)('GET', '/flows')).status);
  expect(statuses).toEqual([401, 401, 401, 429, 429]);
  expect((await asks(api, cookie)('GET', '/flows')).status).toBe(200);
  // Of several with its name the good one counts; of another port, or what is none of ours, none does.
  for (const [given, status] of [
    [`ariflow_8080=${'x'.repeat(43)}; ${cookie}`, 200],
    [`a=b; ${cookie}`, 200],
    [cookie.replace('8080', '8081'), 401],
    [cookie.replace('ariflow_8080', 'ariflow'), 401],
  ] as const)
    expect((await asks(api, given)('GET', '/flows')).status, given).toBe(status);
});

test('a code is made by whoever may make tokens, and by nobody else', async () => {
  await using api = await givenApi();
  const made = async (scope: string) =>
    String((await api.ask('POST', '/tokens', { name: scope, scopes: [scope] })).body.token);
  const asked = async (given: string) =>
    (
      await api.send({
        ...{ method: 'POST', url: '/v1.0/sessions/codes' },
        headers: { authorization: `Bearer ${given}` },
      })
    ).status;
  for (const scope of ['read', 'write', 'messages']) expect(await asked(await made(scope)), scope).toBe(403);
  expect(await asked(await made('admin'))).toBe(200);
  expect((await api.send({ method: 'POST', url: '/v1.0/sessions/codes', headers: ours })).status).toBe(401);
});

test('a session is no token: what it shows opens nothing elsewhere, and a token is no session', async () => {
  await using api = await givenApi();
  const cookie = await signedIn(api);
  const secret = cookie.split('=')[1] ?? '';
  for (const url of ['/v1.0/flows', `/v1.0/flows?token=${secret}`])
    expect(
      (await api.send({ method: 'GET', url, headers: { ...ours, authorization: `Bearer ${secret}` } }))
        .status,
    ).toBe(401);
  expect((await signIn(api, token)).status).toBe(401);
  expect((await asks(api, `ariflow_8080=${token}`)('GET', '/flows')).status).toBe(401);
  expect(await api.ask('GET', '/sessions/current')).toMatchObject(form(404, 'NOT_FOUND'));
  expect(await api.ask('DELETE', '/sessions/current')).toMatchObject(form(404, 'NOT_FOUND'));
  // Where both are there the token counts, in what it may do and may not.
  const { body } = await api.ask('POST', '/tokens', { name: 'r', scopes: ['read'] });
  const both = { authorization: `Bearer ${body.token}` };
  expect((await asks(api, cookie)('POST', '/flows', both)).status).toBe(403);
});

test('signing out ends the session and nobody else’s, and takes the cookie back', async () => {
  await using api = await givenApi();
  const [one, other] = [await signedIn(api), await signedIn(api)];
  const answer = await asks(api, one)('DELETE', '/sessions/current');
  expect(answer.status).toBe(200);
  expect(answer.headers['set-cookie']).toBe('ariflow_8080=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0');
  expect(await asks(api, one)('GET', '/sessions/current')).toMatchObject(form(401, 'UNAUTHENTICATED'));
  expect((await asks(api, other)('GET', '/sessions/current')).status).toBe(200);
});

test('where the page came over TLS the cookie never goes without', async () => {
  await using api = await givenApi();
  for (const headers of [
    { host: 'calls.example', origin: 'https://calls.example' },
    { host, origin: 'https://calls.example' }, // a proxy that puts its own name for ours
  ]) {
    const answer = await signIn(api, await codeOf(api), headers);
    expect(answer.headers['set-cookie']).toMatch(/; HttpOnly; SameSite=Strict; Secure; Max-Age=/);
  }
});

const foreign: readonly [string, Record<string, string | undefined>][] = [
  ['another site', { origin: 'https://evil.example' }],
  ['another port of this machine', { origin: 'http://127.0.0.1:3000' }],
  ['a name that begins like ours', { origin: 'http://127.0.0.1:8080.evil.example' }],
  ['a sandbox, or a file', { origin: 'null' }],
  ['no page at all', { origin: undefined }],
  ['nobody', { origin: '' }],
  ['another scheme', { origin: 'ftp://127.0.0.1:8080' }],
  ['a name that somebody has led here', { host: 'evil.example:8080', origin: 'http://evil.example:8080' }],
  ['a name with ours in it', { host: '127.0.0.1.evil.example', origin: 'http://127.0.0.1.evil.example' }],
  [
    'our name as a user of another one',
    { host: '127.0.0.1@evil.example', origin: 'http://127.0.0.1@evil.example' },
  ],
  ['the public name of another scheme', { origin: 'http://calls.example' }],
  ['our origin from another site’s frame', { 'sec-fetch-site': 'cross-site' }],
  ['our origin from another port’s', { 'sec-fetch-site': 'same-site' }],
];

test.each(foreign)('from %s a session changes nothing, nor does a code begin one', async (_, given) => {
  await using api = await givenApi();
  const cookie = await signedIn(api);
  const code = await codeOf(api);
  const headers = Object.fromEntries(
    Object.entries({ ...ours, cookie, ...given }).filter(([, value]) => value !== undefined),
  ) as Record<string, string>;
  // The cookie goes by the port of the host: whoever forges that has it under each name.
  headers.cookie = `${cookie}; ${cookie.replace('ariflow_8080', 'ariflow_session')}`;
  expect(await signIn(api, code, headers)).toMatchObject(form(403, 'PERMISSION_DENIED'));
  for (const [method, path] of [
    ['POST', '/flows'],
    ['PUT', '/flows/x'],
    ['DELETE', '/flows/x'],
    ['POST', '/drain'],
    ['POST', '/sessions/codes'],
    ['DELETE', '/sessions/current'],
  ] as const)
    expect(await api.send({ method, url: `/v1.0${path}`, headers }), `${method} ${path}`).toMatchObject(
      form(403, 'PERMISSION_DENIED'),
    );
  // What only reads is asked by links and pictures too, where no browser says from where; another site sends no such cookie along.
  if (given.origin !== undefined || given.host !== undefined || given['sec-fetch-site'] !== undefined)
    for (const path of ['/flows', '/events/stream', '/sessions/current'])
      expect(await api.send({ method: 'GET', url: `/v1.0${path}`, headers }), path).toMatchObject(
        form(403, 'PERMISSION_DENIED'),
      );
  // The code is still good, and the session has not ended.
  expect((await signIn(api, code)).status).toBe(200);
  expect((await asks(api, cookie)('GET', '/sessions/current')).status).toBe(200);
});

test('by each of our own names it is ours', async () => {
  await using api = await givenApi();
  for (const name of ['127.0.0.1:8080', 'localhost:8080', '[::1]:8080', 'LOCALHOST:8080', 'calls.example']) {
    const headers = { host: name, origin: `http://${name}` };
    expect((await signIn(api, await codeOf(api), headers)).status, name).toBe(200);
  }
});

test('whoever has a token needs neither name nor origin', async () => {
  await using api = await givenApi();
  const headers = {
    ...{ host: 'ariflow:8080', origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' },
    authorization: `Bearer ${token}`,
  };
  expect((await api.send({ method: 'POST', url: '/v1.0/sessions/codes', headers })).status).toBe(200);
});

test('with the console off there are no sessions, codes or page', async () => {
  await using api = await givenApi({ console: undefined });
  const authorization = `Bearer ${token}`;
  for (const [method, url] of [
    ['GET', '/'],
    ['GET', '/assets/x.js'],
    ['POST', '/v1.0/sessions/codes'],
    ['GET', '/v1.0/sessions/current'],
    ['POST', '/v1.0/sessions'],
  ] as const)
    expect((await api.send({ method, url, headers: { ...ours, authorization } })).status, url).toBe(404);
});

test('each session has its own share of requests', async () => {
  await using api = await givenApi({}, { requests: 5, failures: 3 });
  const [one, other] = [await signedIn(api), await signedIn(api)];
  const statuses = [];
  for (let count = 0; count < 7; count++) statuses.push((await asks(api, one)('GET', '/flows')).status);
  expect(statuses).toEqual([200, 200, 200, 200, 200, 429, 429]);
  expect((await asks(api, other)('GET', '/flows')).status).toBe(200);
});

test('of more than a hundred codes or sessions the oldest goes', async () => {
  await using api = await givenApi({}, { requests: 1_000, failures: 3 });
  const first = await codeOf(api);
  const second = await codeOf(api);
  for (let count = 0; count < 99; count++) await codeOf(api);
  expect((await signIn(api, first)).status).toBe(401);
  const cookie = cookieOf(await signIn(api, second));
  for (let count = 0; count < 99; count++) await signedIn(api);
  expect((await asks(api, cookie)('GET', '/flows')).status).toBe(200);
  await signedIn(api);
  expect((await asks(api, cookie)('GET', '/flows')).status).toBe(401);
});
