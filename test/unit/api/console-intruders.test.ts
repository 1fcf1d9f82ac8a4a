import { once } from 'node:events';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import type { Limits } from '../../../src/api/auth.ts';
import { Console } from '../../../src/api/console/console.ts';
import { SessionPhones } from '../../../src/api/console/session-phones.ts';
import { Scope } from '../../../src/core/scope.ts';
import { givenApi, token } from '../../support/store-api.ts';

/** An API that listens, with phones in its console, and somebody who has signed in: what his browser sends. */
async function given(limits: Limits = { requests: 10_000, failures: 10_000 }) {
  const scope = new Scope(() => undefined);
  const phones = new SessionPhones({
    ...{ far: new URL('http://127.0.0.1:1/ws'), domain: '127.0.0.1', isLocal: true },
    pages: {
      add: async () => ({ extension: '912345', digest: 'x', codecs: ['ulaw'] }),
      resume: async () => true,
      remove: async () => undefined,
    },
  });
  const own = { host: '127.0.0.1', publicUrl: 'https://calls.example', folder: '/nowhere' };
  const api = await givenApi({ console: new Console({ scope, phones, url: '', ...own }) }, limits);
  const url = await api.api.listen({ host: '127.0.0.1', port: 0 });
  const { host, port } = new URL(url);
  const codeOf = async () => String((await api.ask('POST', '/sessions/codes')).body.code);
  /** The status of the answer to these very lines, or 0 where there is none. */
  const asked = (lines: readonly string[], body = '') => statusOf(Number(port), lines, body);
  const signIn = (
    code: string,
    more: readonly string[] = [],
    names = [`host: ${host}`, `origin: ${url}`],
  ) => {
    const body = JSON.stringify({ code });
    const about = [`content-type: application/json`, `content-length: ${Buffer.byteLength(body)}`];
    return asked(['POST /v1.0/sessions HTTP/1.1', ...names, ...about, ...more], body);
  };
  const answer = await fetch(`${url}/v1.0/sessions`, {
    method: 'POST',
    headers: { origin: url, 'content-type': 'application/json' },
    body: JSON.stringify({ code: await codeOf() }),
  });
  const cookie = (answer.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return {
    ...{ api, url, host, port, cookie, codeOf, asked, signIn },
    /** The cookie under whichever name the port of the host gives it. */
    anyName: `cookie: ${cookie}; ${cookie.replace(`ariflow_${port}`, 'ariflow_session')}`,
    async [Symbol.asyncDispose]() {
      await api[Symbol.asyncDispose]();
      await scope.close();
    },
  };
}

async function statusOf(port: number, lines: readonly string[], body: string): Promise<number> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk.toString('latin1');
    socket.destroy();
  });
  socket.on('error', () => undefined);
  socket.write(`${[...lines, 'connection: close'].join('\r\n')}\r\n\r\n${body}`);
  await once(socket, 'close');
  return Number(/^HTTP\/1\.1 (\d+)/.exec(text)?.[1] ?? 0);
}

test('whatever a name looks like that is not ours, nothing is let in by it', async () => {
  await using it = await given();
  const { port, asked, anyName } = it;
  const names = [
    ...[
      'evil.example',
      'localhost.',
      '127.0.0.1.',
      '127.1',
      '2130706433',
      '0x7f000001',
      '0.0.0.0',
      '127.0.0.2',
    ],
    ...['[::ffff:127.0.0.1]', '[::]', '[::1%25lo]', 'localhost.evil.example', '127.0.0.1.nip.example'],
    ...[
      '127.0.0.1@evil.example',
      'evil.example#127.0.0.1',
      '127.0.0.1/evil',
      '127.0.0.1\tevil',
      '%31%32%37.0.0.1',
    ],
    ...['calls.example.', 'xcalls.example', 'calls.example.evil.example'],
  ];
  for (const name of names) {
    for (const at of [`${name}:${port}`, name]) {
      const forged = [`host: ${at}`, `origin: http://${at}`, anyName];
      for (const path of ['/v1.0/sessions/current', '/v1.0/events/stream', '/v1.0/flows', '/'])
        expect([400, 403], `${at} ${path}`).toContain(await asked([`GET ${path} HTTP/1.1`, ...forged]));
    }
  }
  // Nor without one, with two, or where a proxy is said to have had another.
  const path = 'GET /v1.0/flows HTTP/1.1';
  for (const lines of [
    [],
    ['host:'],
    [`host: evil.example`, `host: ${it.host}`],
    ['host: evil.example', `x-forwarded-host: ${it.host}`],
    ['host: evil.example', `forwarded: host=${it.host}`, `x-original-host: ${it.host}`],
  ])
    expect([400, 403], String(lines)).toContain(await asked([path, anyName, ...lines]));
  expect(await asked([path, `host: ${it.host}`, `cookie: ${it.cookie}`])).toBe(200);
});

test('an origin that is nearly ours is none', async () => {
  await using it = await given();
  const { asked, host, url, cookie, port } = it;
  const origins = [
    ...[
      `${url}/`,
      `${url}/x`,
      `${url}, https://evil.example`,
      `https://evil.example ${url}`,
      `x${url}`,
      ` null`,
    ],
    ...[`http://user@${host}`, `http://${host}.evil.example`, `http://localhost:${port}`, `http://127.0.0.1`],
    ...[
      'https://calls.example:444',
      'https://calls.example.',
      'https://sub.calls.example',
      'file://',
      'about:blank',
    ],
    ...[`http://${host}#`, `http://${host}\\@evil.example`, 'undefined', '*'],
  ];
  for (const origin of origins) {
    const forged = [`host: ${host}`, `cookie: ${cookie}`, `origin: ${origin}`];
    for (const line of [
      'POST /v1.0/sessions/codes',
      'DELETE /v1.0/sessions/current',
      'GET /v1.0/events/stream',
    ])
      expect(await asked([`${line} HTTP/1.1`, 'content-length: 0', ...forged]), `${line} ${origin}`).toBe(
        403,
      );
  }
  expect((await fetch(`${url}/v1.0/sessions/current`, { headers: { cookie } })).status).toBe(200);
});

test('guesses are counted by who asks, whoever he says that he is', async () => {
  await using it = await given({ requests: 10_000, failures: 5 });
  const statuses = [];
  for (let count = 0; count < 8; count++) {
    const said = [
      `x-forwarded-for: 10.0.0.${count}`,
      `forwarded: for=10.0.0.${count}`,
      `x-real-ip: 10.0.0.${count}`,
    ];
    statuses.push(await it.signIn('x'.repeat(43), said));
  }
  expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429, 429]);
  // A code that is there passes, once, also of several who try it at once.
  const code = await it.codeOf();
  const tries = await Promise.all(Array.from({ length: 5 }, () => it.signIn(code)));
  expect(tries.toSorted()).toEqual([200, 429, 429, 429, 429]);
});

test('a code is taken from the body of our own page only', async () => {
  await using it = await given();
  const code = await it.codeOf();
  const { url, host, asked } = it;
  const ours = [`host: ${host}`, `origin: ${url}`];
  // In the address it would be in logs and histories; a form of another page could send it as text.
  for (const line of [
    `GET /?code=${code}`,
    `GET /v1.0/sessions/current?code=${code}`,
    `GET /v1.0/flows?token=${code}`,
  ])
    expect([401, 404], line).toContain(await asked([`${line} HTTP/1.1`, ...ours]));
  expect([400, 401], 'as a query').toContain(
    await asked([`POST /v1.0/sessions?code=${code} HTTP/1.1`, 'content-length: 0', ...ours]),
  );
  const text = JSON.stringify({ code });
  const asText = ['content-type: text/plain', `content-length: ${text.length}`];
  expect(
    await asked(
      ['POST /v1.0/sessions HTTP/1.1', 'host: evil.example', 'origin: http://evil.example', ...asText],
      text,
    ),
  ).toBe(403);
  expect([400, 415]).toContain(await asked(['POST /v1.0/sessions HTTP/1.1', ...ours, ...asText], text));
  expect(await it.signIn(code)).toBe(200);
});

test('there is one way to the socket of phones, and it is for the page', async () => {
  await using it = await given();
  const { asked, host, url, cookie } = it;
  const upgrade = [
    ...['connection: Upgrade', 'upgrade: websocket', 'sec-websocket-version: 13'],
    ...['sec-websocket-key: AAAAAAAAAAAAAAAAAAAAAA==', 'sec-websocket-protocol: sip'],
  ];
  const page = [`host: ${host}`, `cookie: ${cookie}`];
  for (const path of [
    ...[
      '/v1.0/phone/socket/',
      '//v1.0/phone/socket',
      '/v1.0/phone//socket',
      '/V1.0/phone/socket',
      '/v1.0/phone/%73ocket',
    ],
    ...['/v1.0/phone/socket/..', '/v1.0/events/stream/../../phone/socket', '/ws', '/ari/events', '/'],
  ]) {
    const status = await asked([`GET ${path} HTTP/1.1`, ...page, `origin: https://evil.example`, ...upgrade]);
    expect(status, path).toBeGreaterThanOrEqual(path === '/' ? 200 : 400);
    expect(status, path).not.toBe(101);
  }
  const at = 'GET /v1.0/phone/socket HTTP/1.1';
  for (const name of ['evil.example', `evil.example:${it.port}`, '127.0.0.2']) {
    const forged = [`host: ${name}`, `origin: http://${name}`, it.anyName];
    expect(await asked([at, ...forged, ...upgrade]), name).toBe(403);
    // Nor does any other route become one of its own for that.
    for (const path of ['/v1.0/events/stream', '/metrics', '/'])
      expect(await asked([`GET ${path} HTTP/1.1`, ...forged, ...upgrade]), `${name} ${path}`).not.toBe(101);
  }
  for (const origin of [
    [],
    ['origin: null'],
    ['origin: https://evil.example'],
    [`origin: ${url}`, 'origin: https://evil.example'],
  ])
    expect([400, 403], String(origin)).toContain(await asked([at, ...page, ...origin, ...upgrade]));
  for (const by of [`authorization: Bearer ${token}`, 'cookie: ', `cookie: ${cookie.slice(0, -1)}`])
    expect([401, 404], by).toContain(await asked([at, `host: ${host}`, `origin: ${url}`, by, ...upgrade]));
  // Let in: that there is no Asterisk is another matter.
  expect(await asked([at, ...page, `origin: ${url}`, ...upgrade])).toBe(503);
});

test('what needs no session is nothing that another page could show as its own, or run', async () => {
  await using it = await given();
  for (const path of [
    '/docs',
    '/docs/static/index.html',
    '/openapi.json',
    '/metrics',
    '/healthz',
    '/v1.0/sessions/current',
  ]) {
    const { headers } = await fetch(`${it.url}${path}`, { headers: { cookie: it.cookie } });
    expect(headers.get('access-control-allow-origin'), path).toBeNull();
    expect(headers.get('x-content-type-options'), path).toBe('nosniff');
    if (headers.get('content-type')?.includes('html'))
      expect(headers.get('content-security-policy'), path).toContain("frame-ancestors 'none'");
  }
});
