import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { AriClientTransport } from '../../../src/ari/ari-client.ts';
import { HttpTransport } from '../../../src/ari/ari-http.ts';
import { AriSocket } from '../../../src/ari/ari-socket.ts';
import { operations } from '../../../src/ari/operations.ts';
import type { AriSender } from '../../../src/ari/transport.ts';
import { FakeAriServer } from '../../support/fake-ari-server.ts';

const ping = { operation: operations.ping };

/** What `ari-client` reads before it can do anything: one operation, in the form of Swagger 1.1. */
const description: Readonly<Record<string, object>> = {
  '/ari/api-docs/resources.json': { apis: [{ path: '/api-docs/asterisk.{format}', description: '' }] },
  '/ari/api-docs/asterisk.json': {
    resourcePath: '/api-docs/asterisk.{format}',
    apis: [
      {
        path: '/asterisk/ping',
        operations: [{ httpMethod: 'GET', nickname: 'ping', responseClass: 'Ping', parameters: [] }],
      },
    ],
    models: {},
  },
};

let server: FakeAriServer;
/** Answers that are held back, oldest first. */
let held: PromiseWithResolvers<void>[];

function holdBack(): Promise<void> {
  const gate = Promise.withResolvers<void>();
  held.push(gate);
  return gate.promise;
}

beforeEach(async () => {
  held = [];
  server = await FakeAriServer.open();
  server.beforeAnswer = holdBack;
});
afterEach(async () => {
  vi.useRealTimers();
  for (const gate of held) gate.resolve();
  await server.close();
});

/** Lets the oldest answer that is held back go, once there is one. */
async function answerNext(): Promise<void> {
  while (held.length === 0) await new Promise(setImmediate);
  held.shift()?.resolve();
}

describe('one after the other, over a WebSocket', () => {
  test('a request that waits for the answers to others is not late', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { url, user, password } = server;
    const app = server.asterisk.app;
    const options = { url, user, password, app, onEvent: () => undefined, onClose: () => undefined };
    const socket = await AriSocket.connect(options, new AbortController().signal);
    const requests = [1, 2, 3].map(() => socket.send(ping));
    for (const request of requests) {
      vi.advanceTimersByTime(9_000);
      await answerNext();
      expect(await request).toMatchObject({ ping: 'pong' });
    }
    const [lost, behind] = [socket.send(ping), socket.send(ping)].map((request) =>
      request.catch((error: unknown) => error),
    );
    vi.advanceTimersByTime(10_000);
    expect(await lost).toMatchObject({ status: 0 });
    expect(await behind).toMatchObject({ status: 0 });
    socket.close();
  });
});

describe.each(['http', 'ari-client'] as const)('by %s', (transport) => {
  const described = createServer((request, response) => {
    const found = description[new URL(request.url ?? '', 'http://localhost').pathname];
    if (found) {
      const { port } = described.address() as AddressInfo; // it listens on TCP
      const basePath = `http://127.0.0.1:${port}/ari`;
      response.setHeader('content-type', 'application/json');
      return void response.end(JSON.stringify({ swaggerVersion: '1.1', basePath, ...found }));
    }
    void holdBack().then(() => response.end('{"ping":"pong"}'));
  });

  beforeEach(() => new Promise<void>((resolve) => void described.listen(0, '127.0.0.1', resolve)));
  afterEach(() => new Promise<void>((resolve) => void described.close(() => resolve())));

  async function connected(): Promise<AriSender & { close(): Promise<void> }> {
    const { port } = described.address() as AddressInfo; // it listens on TCP
    const where = { url: `http://127.0.0.1:${port}/ari`, user: 'ariflow', password: 'secret' };
    return transport === 'http'
      ? new HttpTransport(where)
      : await AriClientTransport.connect(where, new AbortController().signal);
  }

  test('of 200 requests at once sixteen are under way, and each is answered', async () => {
    const sender = await connected();
    let most = 0;
    const answers = Promise.all(Array.from({ length: 200 }, () => sender.send(ping)));
    for (let left = 200; left > 0; left--) {
      while (held.length < Math.min(16, left)) await new Promise(setImmediate);
      most = Math.max(most, held.length);
      await answerNext();
    }
    expect(await answers).toEqual(Array(200).fill({ ping: 'pong' }));
    expect(most).toBe(16);
    await sender.close();
  });

  test('one that is aborted before its turn is never sent', async () => {
    const sender = await connected();
    const requests = Array.from({ length: 16 }, () => sender.send(ping));
    const abort = new AbortController();
    const reason = new Error('not wanted any more');
    const late = sender.send(ping, abort.signal);
    abort.abort(reason);
    await expect(late).rejects.toBe(reason);
    for (let count = 0; count < 16; count++) await answerNext();
    await Promise.all(requests);
    expect(held).toEqual([]);
    await sender.close();
  });
});
