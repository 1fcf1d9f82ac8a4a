import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { WebSocketServer } from 'ws';
import { Scope } from '../../../src/core/scope.ts';
import { wireFormat } from '../../../src/external-media/formats.ts';
import { connectWebSocket } from '../../../src/external-media/web-socket.ts';

test('a host is asked for what was written, apostrophes too: it may be signed', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await once(server, 'listening');
  const asked = once(server, 'connection') as Promise<[unknown, IncomingMessage]>;
  const scope = new Scope((error) => expect.unreachable(String(error)));
  const { port } = server.address() as AddressInfo;
  const policy = { allows: () => true };
  await connectWebSocket(`127.0.0.1:${port}/a'b?sig='x'&y=%27#z'`, policy, {
    id: 'e6d6d6b4-0000-4000-8000-000000000000',
    format: wireFormat('slin'),
    scope,
    isHeard: true,
    onAudio: () => undefined,
    onEnd: () => undefined,
  });
  expect((await asked)[1].url).toBe("/a'b?sig='x'&y=%27");
  await scope.close();
  await new Promise((resolve) => server.close(resolve));
});
