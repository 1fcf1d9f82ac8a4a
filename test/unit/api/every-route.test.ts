import { expect, test } from 'vitest';
import { newToken } from '../../../src/api/tokens.ts';
import { neverTime, wireTime, zeroId } from '../../../src/core/clock.ts';
import { type ApiFixture, givenApi, token } from '../../support/store-api.ts';
import { givenCall } from '../../support/store-records.ts';

interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  readonly url: string;
  readonly scope: 'read' | 'write' | 'admin' | 'messages' | undefined;
}

/** Every route that /openapi.json describes, with an id where it wants one, and the scope it says it needs. */
async function everyRoute(api: ApiFixture): Promise<Route[]> {
  const { body } = await api.send({ method: 'GET', url: '/openapi.json' });
  type Described = { security?: Record<string, string[]>[] };
  return Object.entries<Record<string, Described>>(body.paths).flatMap(([path, verbs]) =>
    Object.entries(verbs).map(([verb, { security }]) => ({
      method: verb.toUpperCase() as Route['method'], // of the four the API has
      url: path.replaceAll(/\{\w+\}/g, zeroId),
      scope: security?.[0]?.bearer?.[0] as Route['scope'], // one of the four, or none
    })),
  );
}

/** Every route and socket that there is, described or not, by the server's own table. */
function routeTable({ api }: ApiFixture): { readonly method: string; readonly path: string }[] {
  const above: string[] = [];
  return api
    .printRoutes()
    .split('\n')
    .flatMap((line) => {
      const [, indent = '', part = '', methods = ''] = /^(.*)[├└]── (\S*)(?: \((.*)\))?$/.exec(line) ?? [];
      const depth = indent.length / 4;
      const path = `${above[depth - 1] ?? ''}${part}`;
      above.splice(depth, above.length, path);
      return methods === '' ? [] : methods.split(', ').map((method) => ({ method, path }));
    });
}

/** What anybody may see who reaches the port, whoever has a session: it is asked for by names that the daemon does not know. */
const open = ['/healthz', '/readyz', '/metrics', '/openapi.json', '/docs', '/docs/*', '/s/:code', '/r/:id'];

/** One that expired is not made by the API: it is put into the store. */
async function expiredToken({ store }: ApiFixture): Promise<string> {
  const { token: made, prefix, hash } = newToken();
  const now = wireTime();
  const times = { tm_create: now, tm_update: now, tm_delete: neverTime };
  const scopes = ['read', 'write', 'admin'] as const;
  await store.tokens.insert({
    id: 'x',
    customer_id: zeroId,
    name: '',
    scopes,
    expires: now,
    prefix,
    ...times,
    hash,
  });
  return made;
}

const form = (status: number, reason: string) => ({
  error: { status, reason, message: expect.any(String), details: expect.any(Array) },
});

test('every documented route refuses no, a wrong, an expired and a foreign token, and lets the right one in', async () => {
  await using api = await givenApi({}, { requests: 10_000, failures: 10_000 });
  const made = async (scope: string) =>
    (await api.ask('POST', '/tokens', { name: scope, scopes: [scope] })).body.token as string;
  const tokens = {
    read: await made('read'),
    write: await made('write'),
    admin: await made('admin'),
    messages: await made('messages'),
  };
  const expired = await expiredToken(api);
  const routes = await everyRoute(api);
  expect(routes.length).toBeGreaterThan(30);
  for (const { method, url, scope } of routes) {
    // What is told as it happens has no end: whether it would be told is asked instead.
    const isEndless = url.endsWith('/stream');
    const ask = async (given: string | undefined, payload?: object) => {
      const headers = given === undefined ? {} : { authorization: `Bearer ${given}` };
      const isLetIn = given === token || given === tokens.read || given === tokens.write;
      const verb = isEndless && isLetIn ? 'HEAD' : method;
      const answer = await api.send({ method: verb, url, headers, ...(payload && { payload }) });
      const text = JSON.stringify(answer.body ?? '');
      expect(answer.status, `${method} ${url} ${text}`).not.toBe(500);
      expect(text, `${method} ${url}`).not.toMatch(/\.[tj]s:\d+|node_modules/);
      return answer;
    };
    const what = `${method} ${url}`;
    if (scope === undefined) {
      // A link without a signature opens nothing, nor does a code that no page of ours has sent.
      const welcome = url.startsWith('/r/') || url === '/v1.0/sessions' ? [403] : [200, 404];
      expect(welcome, what).toContain((await ask(undefined)).status);
      continue;
    }
    for (const given of [undefined, 'wrong', newToken().token, expired]) {
      const { status, body } = await ask(given, method === 'GET' ? undefined : { garbage: 1 });
      expect({ status, body }, what).toEqual({ status: 401, body: form(401, 'UNAUTHENTICATED') });
    }
    const foreign = {
      read: [tokens.admin, tokens.messages],
      write: [tokens.read, tokens.admin, tokens.messages],
      admin: [tokens.read, tokens.write, tokens.messages],
      messages: [tokens.read, tokens.write, tokens.admin],
    };
    for (const given of foreign[scope]) {
      const { status, body } = await ask(given, method === 'GET' ? undefined : { garbage: 1 });
      expect({ status, body }, what).toEqual({ status: 403, body: form(403, 'PERMISSION_DENIED') });
    }
    for (const given of [token, tokens[scope]]) {
      expect([200, 400, 404], what).toContain((await ask(given)).status);
    }
  }
});

test('to another page, or under a foreign name, a session opens no documented route, whatever is asked there', async () => {
  await using api = await givenApi({}, { requests: 100_000, failures: 10_000 });
  const { body } = await api.ask('POST', '/sessions/codes');
  const ours = { host: '127.0.0.1', origin: 'http://127.0.0.1' };
  const payload = { code: body.code };
  const answer = await api.send({ method: 'POST', url: '/v1.0/sessions', headers: ours, payload });
  const mine = { ...ours, cookie: String(answer.headers['set-cookie']).split(';')[0] ?? '' };
  const others = [
    { ...mine, origin: 'https://evil.example' },
    { ...mine, origin: 'http://127.0.0.1:3000' },
    { ...mine, origin: 'null' },
    { ...mine, host: 'evil.example', origin: 'http://evil.example' },
    { ...mine, host: 'evil.example' },
    { ...mine, 'sec-fetch-site': 'same-site' },
  ];
  const routes = (await everyRoute(api)).filter(({ scope }) => scope !== undefined);
  expect(routes.length).toBeGreaterThan(100);
  for (const { method, url } of routes) {
    for (const headers of others) {
      const refused = await api.send({ method, url, headers });
      expect(refused, `${method} ${url} of ${JSON.stringify(headers)}`).toMatchObject({
        status: 403,
        body: form(403, 'PERMISSION_DENIED'),
      });
    }
    if (method === 'GET') continue;
    const { origin: _, ...unsaid } = mine;
    expect((await api.send({ method, url, headers: unsaid })).status, `${method} ${url}`).toBe(403);
  }
  // It has not ended for that.
  expect((await api.send({ method: 'GET', url: '/v1.0/sessions/current', headers: mine })).status).toBe(200);
});

test('every route of the server is closed to another page and under a foreign name, or is the same for everybody', async () => {
  await using api = await givenApi({}, { requests: 100_000, failures: 100_000 });
  const { body } = await api.ask('POST', '/sessions/codes');
  const ours = { host: '127.0.0.1', origin: 'http://127.0.0.1' };
  const payload = { code: body.code };
  const answer = await api.send({ method: 'POST', url: '/v1.0/sessions', headers: ours, payload });
  const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
  const table = routeTable(api);
  expect(table.length).toBeGreaterThan(250);
  const described = await everyRoute(api);
  const known = new Set(table.map(({ method, path }) => `${method} ${path.replaceAll(/:\w+/g, zeroId)}`));
  for (const { method, url } of described) expect(known, 'the table').toContain(`${method} ${url}`);
  // The page itself holds nothing of anybody: which page asks for it is told by no header of a link.
  const foreignName = { host: 'evil.example', origin: 'http://evil.example' };
  const foreignPage = { host: '127.0.0.1', origin: 'https://evil.example' };
  for (const { method, path } of table) {
    const url = path.replace('*', 'x').replaceAll(/:\w+/g, zeroId);
    const asked = async (headers: object): Promise<[number, string]> => {
      const { statusCode, body: text } = await api.api.inject({
        ...{ method: method as 'GET', url, headers: { ...headers } }, // one of the table's
      });
      return [statusCode, url === '/metrics' ? '' : text];
    };
    const isOpen = open.includes(path);
    for (const forged of [foreignName, foreignPage]) {
      const seen = await asked({ ...forged, cookie });
      const what = `${method} ${path} of ${forged.origin}`;
      if (isOpen) expect(seen, what).toEqual(await asked(forged));
      else if (forged === foreignName || url.startsWith('/v1.0/')) expect(seen[0], what).toBe(403);
    }
  }
});

test('what anybody may see has nothing of a call, a number or a name in it', async () => {
  await using api = await givenApi();
  await api.ask('POST', '/flows', { name: 'Confidential', actions: [{ type: 'answer' }] });
  const made = await api.ask('POST', '/numbers', { number: '+49301234567', name: 'Confidential' });
  expect(made.status).toBe(200);
  api.recorder.record({ live: { kind: 'calls', record: givenCall({ status: 'progressing' }) } });
  for (const url of ['/metrics', '/openapi.json', '/healthz', '/readyz', '/docs']) {
    const { statusCode, body } = await api.api.inject({
      method: 'GET',
      url,
      headers: { host: 'evil.example' },
    });
    expect([200, 503], url).toContain(statusCode);
    expect(body, url).not.toMatch(/Confidential|49301234567/);
    expect(body, url).not.toContain(made.body.id);
    expect(body, url).not.toContain(token);
  }
  // Figures have labels of closed lists, and of one list that is ours: ids of webhooks.
  const { body } = await api.api.inject({ method: 'GET', url: '/metrics' });
  const labels = [...body.matchAll(/[{,](\w+)="/g)].map(([, name = '']) => name);
  const closed = ['method', 'route', 'status', 'direction', 'result', 'reason', 'recorded', 'sip_code'];
  const more = ['type', 'code', 'engine', 'version', 'reference_type', 'endpoint_id', 'directory', 'le'];
  expect([...new Set(labels)].filter((name) => ![...closed, ...more].includes(name))).toEqual([]);
});

test('an unknown route is not found with any valid token', async () => {
  await using api = await givenApi();
  const { body } = await api.ask('POST', '/tokens', { name: 'x', scopes: ['admin'] });
  const headers = { authorization: `Bearer ${body.token}` };
  expect((await api.send({ method: 'GET', url: '/v1.0/nonsense', headers })).status).toBe(404);
});
