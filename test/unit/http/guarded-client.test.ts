import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { AddressPolicy } from '../../../src/http/address-policy.ts';
import {
  GuardedClient,
  type GuardedClientOptions,
  type HttpRequest,
} from '../../../src/http/guarded-client.ts';
import { HttpError } from '../../../src/http/http-error.ts';
import { openFullServer } from '../../support/full-server.ts';
import { type Answer, Receiver } from '../../support/webhook-receiver.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

function givenClient(options: Partial<GuardedClientOptions> = {}): GuardedClient {
  const policy = new AddressPolicy({ allow: ['127.0.0.0/8'] });
  const client = new GuardedClient({ policy, userAgent: 'ariflow/test', ...options });
  cleanups.push(() => client.close());
  return client;
}

async function givenReceiver(answer?: Answer): Promise<Receiver> {
  const receiver = await Receiver.start(answer);
  cleanups.push(() => receiver[Symbol.asyncDispose]());
  return receiver;
}

/** A TCP server that answers with exactly these bytes. */
async function givenRawServer(
  answer: string | Buffer,
  then: 'end' | 'reset' | 'stay' = 'end',
): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      socket.write(answer, () => {
        if (then === 'end') socket.end();
        if (then === 'reset') setTimeout(() => socket.resetAndDestroy(), 20);
      });
    });
    cleanups.push(async () => socket.destroy());
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(async () => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function failure(result: Promise<unknown>): Promise<HttpError> {
  const error: unknown = await result.then(
    () => 'an answer',
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(HttpError);
  return error as HttpError;
}

const get = (url: string, more: Partial<HttpRequest> = {}): HttpRequest => ({ method: 'GET', url, ...more });

describe('a request through the guarded client', () => {
  test('reaches an allowed address with our headers and the very body', async () => {
    const receiver = await givenReceiver((_, response) =>
      response.writeHead(201, { 'x-a': 'b' }).end('fine'),
    );
    const body = '{"text":"ä"}';
    const answer = await givenClient().request({
      method: 'POST',
      url: receiver.url('/a?b=c#d'),
      body,
      headers: { 'content-type': 'application/json' },
    });
    expect({ ...answer, body: answer.body.toString() }).toMatchObject({
      status: 201,
      headers: { 'x-a': 'b' },
      body: 'fine',
    });
    expect(receiver.received).toMatchObject([
      {
        method: 'POST',
        path: '/a?b=c',
        body,
        headers: {
          'user-agent': 'ariflow/test',
          'accept-encoding': 'identity',
          'content-length': '13',
          'content-type': 'application/json',
        },
      },
    ]);
  });

  test.each(['GET', 'DELETE', 'PUT'] as const)('sends a body with %s', async (method) => {
    const receiver = await givenReceiver();
    const client = givenClient();
    await client.requestHead({ method, url: receiver.url(), body: '{}' });
    await client.requestHead({ method, url: receiver.url(), body: '[]' });
    expect(receiver.received.map(({ body }) => body)).toEqual(['{}', '[]']);
  });

  test('uses connections again, and no more than it may', async () => {
    const receiver = await givenReceiver();
    const client = givenClient({ connectionsPerOrigin: 2 });
    for (let i = 0; i < 5; i += 1) await client.requestHead(get(receiver.url()));
    expect(receiver.connections).toBe(1);
    await Promise.all(Array.from({ length: 20 }, () => client.requestHead(get(receiver.url()))));
    expect(receiver.connections).toBe(2);
  });

  test('uses no proxy of the environment', async () => {
    const proxy = await givenReceiver();
    const receiver = await givenReceiver();
    process.env.http_proxy = process.env.HTTP_PROXY = proxy.url();
    try {
      await givenClient().requestHead(get(receiver.url()));
    } finally {
      delete process.env.http_proxy;
      delete process.env.HTTP_PROXY;
    }
    expect([proxy.received.length, receiver.received.length]).toEqual([0, 1]);
  });

  test.each([
    'Host',
    'content-length',
    'Transfer-Encoding',
    'connection',
    'Upgrade',
    'User-Agent',
    'proxy-authorization',
  ])('refuses the header %s', async (name) => {
    const receiver = await givenReceiver();
    const error = await failure(givenClient().request(get(receiver.url(), { headers: { [name]: 'x' } })));
    expect(error).toMatchObject({ code: 'invalid', isFinal: true });
    expect(receiver.received).toEqual([]);
  });

  test('refuses a header that would become two', async () => {
    const receiver = await givenReceiver();
    const error = await failure(
      givenClient().request(get(receiver.url(), { headers: { 'x-a': 'b\r\nx-c: d' } })),
    );
    expect(error).toMatchObject({ code: 'invalid', isFinal: true });
  });
});

describe('a bad answer', () => {
  test('that never comes is a timeout', async () => {
    const receiver = await givenReceiver(() => {});
    expect(await failure(givenClient().request(get(receiver.url(), { timeout: 500 })))).toMatchObject({
      code: 'timeout',
    });
  });

  test('whose headers drip is a timeout', async () => {
    const url = await givenRawServer('HTTP/1.1 200 OK\r\nx-', 'stay');
    expect(await failure(givenClient().request(get(url, { timeout: 500 })))).toMatchObject({
      code: 'timeout',
    });
  });

  test('whose body drips is a timeout, but its status is known to who wants no more', async () => {
    const receiver = await givenReceiver((_, response) => {
      const drip = setInterval(() => response.write('.'), 10);
      response.on('close', () => clearInterval(drip));
    });
    const client = givenClient();
    expect(await failure(client.request(get(receiver.url(), { timeout: 500 })))).toMatchObject({
      code: 'timeout',
    });
    expect(await client.requestHead(get(receiver.url(), { timeout: 500 }))).toMatchObject({ status: 200 });
  });

  test('that is too large is not read to its end', async () => {
    let written = 0;
    const receiver = await givenReceiver((_, response) => {
      const more = () => {
        while (!response.destroyed && written < 50e6 && response.write(Buffer.alloc(65_536)))
          written += 65_536;
      };
      response.on('drain', more);
      more();
    });
    const client = givenClient();
    expect(await failure(client.request(get(receiver.url(), { maxBytes: 100_000 })))).toMatchObject({
      code: 'too_large',
    });
    expect(await client.requestHead(get(receiver.url()))).toMatchObject({ status: 200 });
    expect(written).toBeLessThan(40e6);
  });

  test('that is exactly as large as allowed is read', async () => {
    const receiver = await givenReceiver((_, response) => response.end(Buffer.alloc(1_000)));
    expect((await givenClient().request(get(receiver.url(), { maxBytes: 1_000 }))).body).toHaveLength(1_000);
    expect(await failure(givenClient().request(get(receiver.url(), { maxBytes: 999 })))).toMatchObject({
      code: 'too_large',
    });
  });

  test.each([
    ['gzip', gzipSync],
    ['x-gzip', gzipSync],
    ['GZIP', gzipSync],
    ['deflate', deflateSync],
    ['br', brotliCompressSync],
    ['zstd', zstdCompressSync],
    ['identity', (bytes: Buffer) => bytes],
  ])('that is %s, though nobody asked, is read', async (encoding, pack) => {
    const receiver = await givenReceiver(({ method }, response) =>
      response
        .writeHead(200, { 'content-encoding': encoding })
        .end(method === 'HEAD' ? undefined : pack(Buffer.from('{"a":1}'.repeat(1_000)))),
    );
    const client = givenClient();
    expect((await client.request(get(receiver.url()))).body.toString()).toBe('{"a":1}'.repeat(1_000));
    expect(await client.request({ method: 'HEAD', url: receiver.url() })).toMatchObject({ status: 200 });
  });

  test('that unpacks to more than is read is too large', async () => {
    const bomb = gzipSync(Buffer.alloc(50e6));
    const receiver = await givenReceiver((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    );
    expect(await failure(givenClient().request(get(receiver.url(), { maxBytes: 60_000 })))).toMatchObject({
      code: 'too_large',
    });
  });

  test.each([
    ['gzip', 'plain text', 'the answer is not gzip'],
    ['compress', 'x', 'the answer is in the content encoding compress, which was not asked for'],
    ['gzip, gzip', 'x', 'the answer is in the content encoding of an unknown name'],
  ])(
    'in the content encoding %s that it is not in, or that is unknown, is named',
    async (encoding, body, message) => {
      const receiver = await givenReceiver((_, response) =>
        response.writeHead(200, { 'content-encoding': encoding }).end(body),
      );
      expect(await failure(givenClient().request(get(receiver.url())))).toMatchObject({
        code: 'invalid',
        message,
      });
    },
  );

  test.each([
    ['is no HTTP', 'SSH-2.0-OpenSSH\r\n\r\n', 'invalid'],
    ['has a bad chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', 'invalid'],
    ['has two lengths', 'HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab', 'invalid'],
    ['has endless headers', `HTTP/1.1 200 OK\r\nx: ${'a'.repeat(20_000)}\r\n\r\n`, 'invalid'],
    ['ends in the headers', 'HTTP/1.1 200', 'unreachable'],
    ['ends in the body', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc', 'invalid'],
    ['ends in a chunk', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\nab', 'invalid'],
    ['is empty', '', 'unreachable'],
  ])('that %s is an error', async (_, bytes, code) => {
    const url = await givenRawServer(bytes, bytes === '' ? 'reset' : 'end');
    expect(await failure(givenClient().request(get(url)))).toMatchObject({ code });
  });

  test('that is reset in the body is invalid, but its status is known to who wants no more', async () => {
    const url = await givenRawServer('HTTP/1.1 202 OK\r\ncontent-length: 10\r\n\r\nabc', 'reset');
    expect(await failure(givenClient().request(get(url)))).toMatchObject({ code: 'invalid' });
    expect(await givenClient().requestHead(get(url))).toMatchObject({ status: 202 });
  });

  test('that breaks off packed is invalid', async () => {
    const packed = gzipSync(Buffer.from('hello'.repeat(1_000)));
    const head = `HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: ${packed.length}\r\n\r\n`;
    const url = await givenRawServer(Buffer.concat([Buffer.from(head), packed.subarray(0, 20)]));
    expect(await failure(givenClient().request(get(url)))).toMatchObject({
      code: 'invalid',
      message: 'the answer broke off',
    });
  });

  test('of a host that takes no connection in time is unreachable: it has had nothing', async () => {
    await using server = await openFullServer();
    expect(await failure(givenClient().request(get(server.url, { timeout: 300 })))).toMatchObject({
      code: 'unreachable',
      message: 'no connection in time',
      isFinal: false,
    });
    // A redirect that leads there, too.
    const receiver = await givenReceiver((_, response) => {
      response.writeHead(302, { location: server.url }).end();
    });
    const redirected = get(receiver.url(), { maxRedirects: 1, timeout: 600 });
    expect(await failure(givenClient().request(redirected))).toMatchObject({ code: 'unreachable' });
  });

  test('of such a host is waited for no longer than asked for, and the next request is the first that it has', async () => {
    await using server = await openFullServer();
    const client = givenClient();
    const began = performance.now();
    expect(await failure(client.request(get(server.url, { timeout: 300 })))).toMatchObject({
      code: 'unreachable',
    });
    const hungUp = new AbortController();
    const waiting = failure(client.request(get(server.url, { timeout: 60_000, signal: hungUp.signal })));
    hungUp.abort();
    expect(await waiting).toMatchObject({ code: 'aborted' });
    expect(performance.now() - began).toBeLessThan(8_000); // a connection is given up after ten seconds
    server.resume();
    const answered = await client.request(get(server.url, { timeout: 30_000 }));
    expect([answered.status, answered.body.toString()]).toEqual([200, '1']);
  });

  test('of a host that takes the connection and then says nothing of TLS is unreachable', async () => {
    const url = (await givenRawServer('', 'stay')).replace('http:', 'https:');
    expect(await failure(givenClient().request(get(url, { timeout: 300 })))).toMatchObject({
      code: 'unreachable',
      message: 'no connection in time',
    });
  });

  test('whose name is not found in time is unreachable', async () => {
    const client = givenClient({ resolve: () => new Promise(() => undefined) });
    expect(await failure(client.request(get('https://slow.example/', { timeout: 100 })))).toMatchObject({
      code: 'unreachable',
    });
  });

  test('from nobody is unreachable, and the message names no address', async () => {
    const receiver = await givenReceiver();
    const url = receiver.url().replace('127.0.0.1', 'localhost');
    await receiver[Symbol.asyncDispose]();
    cleanups.pop();
    const error = await failure(
      givenClient({ resolve: async () => [{ address: '127.0.0.1' }] }).request(get(url)),
    );
    expect(error).toMatchObject({
      code: 'unreachable',
      message: 'the connection failed (ECONNREFUSED)',
      isFinal: false,
    });
    expect(error.cause).toBeUndefined();
  });
});

describe('100 Continue that nobody asked for', () => {
  /** A server that writes these pieces for each request, each for itself. */
  async function givenPieces(pieces: readonly string[]): Promise<{ url: string; connections: () => number }> {
    let connections = 0;
    const server = createServer((socket) => {
      connections++;
      socket.setNoDelay(true).on('error', () => {});
      socket.on('data', async () => {
        for (const piece of pieces) {
          socket.write(piece);
          await new Promise((resolve) => setTimeout(resolve, 5)); // so that they arrive apart
        }
      });
      cleanups.push(async () => socket.destroy());
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    cleanups.push(async () => server.close());
    return {
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
      connections: () => connections,
    };
  }

  const answer = 'HTTP/1.1 200 OK\r\ncontent-length: 18\r\n\r\nHTTP/1.1 100 is ok';
  const interim = 'HTTP/1.1 100 Continue\r\n\r\n';

  test.each([
    ['in a packet of its own', [interim, answer]],
    ['in one packet with the answer', [interim + answer]],
    ['in pieces', ['HTT', 'P/1.1 100 Cont', 'inue\r\nx-a: b\r', '\n\r', '\nHTTP/1.1 2', answer.slice(10)]],
    ['twice', [interim + interim, interim, answer]],
    ['with other interim answers', [`HTTP/1.1 103 Early Hints\r\nlink: <a>\r\n\r\n${interim}`, answer]],
    ['with a head of its own', [`HTTP/1.1 100\r\ncontent-length: 0\r\n\r\n`, answer]],
    ['not at all', [answer]],
    ['not at all, in pieces', ['H', 'TTP/1.1 ', answer.slice(9)]],
  ])('%s changes nothing, on the next request of the connection neither', async (_, pieces) => {
    const { url, connections } = await givenPieces(pieces);
    const client = givenClient();
    for (let time = 0; time < 3; time++) {
      const { status, body } = await client.request({ method: 'POST', url, body: '{"a":1}' });
      expect([status, body.toString()]).toEqual([200, 'HTTP/1.1 100 is ok']);
    }
    expect(await client.requestHead({ method: 'POST', url, body: '{}' })).toMatchObject({ status: 200 });
    expect(connections()).toBe(1);
  });

  test('without an answer is none', async () => {
    const url = await givenRawServer(interim);
    expect(await failure(givenClient().request(get(url)))).toMatchObject({ code: 'unreachable' });
    const silent = await givenRawServer(interim, 'stay');
    expect(await failure(givenClient().request(get(silent, { timeout: 100 })))).toMatchObject({
      code: 'timeout',
    });
  });
});

describe('a URL', () => {
  test('goes out as it is written, apostrophes in its query too, also by a redirect', async () => {
    const query = "?name='O%27Neil'&sig=a%2Bb&x='";
    const receiver = await givenReceiver(({ path }, response) =>
      path.startsWith('/a')
        ? response.writeHead(302, { location: `/b'c${query}` }).end()
        : response.end('fine'),
    );
    await givenClient().request(get(receiver.url(`/a'b${query}#'`), { maxRedirects: 1 }));
    expect(receiver.received.map(({ path }) => path)).toEqual([`/a'b${query}`, `/b'c${query}`]);
  });

  test('may have 8 192 characters', async () => {
    const receiver = await givenReceiver();
    const url = receiver.url('/?sig=').padEnd(8_192, 'a');
    await givenClient().request(get(url));
    expect(receiver.received[0]?.path).toHaveLength(8_192 - receiver.url('').replace(/\/$/, '').length);
    expect(await failure(givenClient().request(get(`${url}a`)))).toMatchObject({ code: 'invalid' });
  });
});

describe('an aborted request', () => {
  test('fails with the reason, before it starts and while it waits', async () => {
    const receiver = await givenReceiver(() => {});
    const client = givenClient();
    const reason = new Error('hung up');
    const early = await failure(client.request(get(receiver.url(), { signal: AbortSignal.abort(reason) })));
    expect(early).toMatchObject({ code: 'aborted', cause: reason });
    expect(receiver.received).toEqual([]);
    const controller = new AbortController();
    receiver.answer = () => controller.abort(reason);
    const late = await failure(client.request(get(receiver.url(), { signal: controller.signal })));
    expect(late).toMatchObject({ code: 'aborted', cause: reason });
  });
});

describe('a redirect', () => {
  const to =
    (location: string, status = 302): Answer =>
    (_, response) =>
      response.writeHead(status, { location }).end('moved');

  test('is an answer like any other unless asked for', async () => {
    const receiver = await givenReceiver(to('/b'));
    expect(await givenClient().request(get(receiver.url('/a')))).toMatchObject({ status: 302 });
    expect(receiver.received).toHaveLength(1);
  });

  test('is followed as often as allowed', async () => {
    const receiver = await givenReceiver(({ path }, response) =>
      response.writeHead(302, { location: `${path}x` }).end(),
    );
    expect(await givenClient().request(get(receiver.url('/'), { maxRedirects: 3 }))).toMatchObject({
      status: 302,
    });
    expect(receiver.received.map(({ path }) => path)).toEqual(['/', '/x', '/xx', '/xxx']);
  });

  test.each([
    [301, 'POST', 'GET', ''],
    [303, 'PUT', 'GET', ''],
    [307, 'POST', 'POST', 'hello'],
    [308, 'PUT', 'PUT', 'hello'],
  ] as const)('%i after %s is a %s', async (status, method, next, body) => {
    const receiver = await givenReceiver(({ path }, response) =>
      path === '/a' ? response.writeHead(status, { location: '/b' }).end() : response.end(),
    );
    await givenClient().request({ method, url: receiver.url('/a'), body: 'hello', maxRedirects: 1 });
    expect(receiver.received[1]).toMatchObject({ method: next, body, path: '/b' });
  });

  test('keeps credentials at their origin', async () => {
    const other = await givenReceiver();
    const receiver = await givenReceiver(({ path }, response) =>
      response.writeHead(302, { location: path === '/a' ? '/b' : other.url() }).end(),
    );
    const headers = {
      Authorization: 'Basic eDp5',
      cookie: 'a=b',
      'x-other': 'kept',
      'webhook-id': 'msg_1',
      'webhook-signature': 'v1,x',
      'x-voipbin-signature': 'sha256=x',
    };
    await givenClient().request(get(receiver.url('/a'), { headers, maxRedirects: 2 }));
    expect(receiver.received[1]?.headers).toMatchObject({
      authorization: 'Basic eDp5',
      cookie: 'a=b',
      'x-other': 'kept',
    });
    expect(other.received[0]?.headers).toMatchObject({ 'x-other': 'kept' });
    expect(other.received[0]?.headers).not.toHaveProperty('authorization');
    expect(other.received[0]?.headers).not.toHaveProperty('cookie');
    expect(other.received[0]?.headers).not.toHaveProperty('webhook-signature');
    expect(other.received[0]?.headers).not.toHaveProperty('x-voipbin-signature');
  });

  test('shares the time of the whole request', async () => {
    const receiver = await givenReceiver(async ({ path }, response) => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      response.writeHead(302, { location: `${path}x` }).end();
    });
    const error = await failure(
      givenClient().request(get(receiver.url(), { maxRedirects: 50, timeout: 150 })),
    );
    expect(error.code).toBe('timeout');
  });

  test.each([
    'http://10.0.0.1/',
    'http://[::1]/',
    'ftp://example.com/',
    'http://user@127.0.0.1/',
    'http://',
    'file:///etc/passwd',
  ])('to %s is refused', async (location) => {
    const receiver = await givenReceiver(to(location));
    const error = await failure(givenClient().request(get(receiver.url(), { maxRedirects: 1 })));
    expect(['blocked', 'invalid']).toContain(error.code);
  });
});

describe('closing', () => {
  test('leaves no connection', async () => {
    const receiver = await givenReceiver();
    const client = givenClient();
    await client.requestHead(get(receiver.url()));
    await client.close();
    expect((await failure(client.requestHead(get(receiver.url())))).code).toBe('unreachable');
    await expect
      .poll(() => new Promise((resolve) => receiver.server.getConnections((_, count) => resolve(count))))
      .toBe(0);
  });
});
