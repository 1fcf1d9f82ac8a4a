import { createServer, Socket } from 'node:net';
import { expect, test } from 'vitest';
import { AriSocket } from '../../../src/ari/ari-socket.ts';
import { operations } from '../../../src/ari/operations.ts';
import { WriteTurn } from '../../../src/ari/write-turn.ts';
import { FakeAriServer } from '../../support/fake-ari-server.ts';

test('what is done in one turn and what follows it at once is let out once', async () => {
  const done: string[] = [];
  const turn = new WriteTurn({ cork: () => done.push('cork'), uncork: () => done.push('uncork') });
  const write = (): void => {
    turn.begin();
    done.push('write');
  };
  write();
  await Promise.resolve().then(write).then(write);
  await new Promise(setImmediate);
  write();
  await new Promise(setImmediate);
  expect(done).toEqual(['cork', 'write', 'write', 'write', 'uncork', 'cork', 'write', 'uncork']);
});

test('several requests at once reach Asterisk in one piece, and each is answered', async () => {
  await using server = await FakeAriServer.open();
  const { port } = new URL(server.url);
  const pieces: number[] = [];
  const relay = createServer((client) => {
    const upstream = new Socket().connect(Number(port), '127.0.0.1');
    client.on('data', (piece) => pieces.push(piece.length)).pipe(upstream);
    upstream.pipe(client);
    client.on('error', () => undefined);
    upstream.on('error', () => undefined);
  });
  await new Promise<void>((resolve) => void relay.listen(0, '127.0.0.1', resolve));
  const { port: relayed } = relay.address() as { port: number }; // it listens on TCP
  const socket = await AriSocket.connect(
    {
      url: `http://127.0.0.1:${relayed}/ari`,
      user: server.user,
      password: server.password,
      app: server.asterisk.app,
      onEvent: () => undefined,
      onClose: () => undefined,
    },
    new AbortController().signal,
  );
  const before = pieces.length;
  const answers = await Promise.all([1, 2, 3].map(() => socket.send({ operation: operations.ping })));
  expect(answers).toEqual(Array(3).fill(expect.objectContaining({ ping: 'pong' })));
  expect(pieces.length - before).toBe(1);
  socket.close();
  relay.close();
});
