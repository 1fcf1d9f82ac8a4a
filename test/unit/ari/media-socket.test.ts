import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type WebSocket, WebSocketServer } from 'ws';
import { openMediaSocket } from '../../../src/ari/media-socket.ts';
import { Scope } from '../../../src/core/scope.ts';

test('hands on what comes until its end, and nothing that is still under way then', async () => {
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  onTestFinished(() => void server.close());
  await once(server, 'listening');
  const connected = once(server, 'connection') as Promise<[WebSocket]>;
  const scope = new Scope((error) => {
    throw error;
  });
  const heard: string[] = [];
  const listener = {
    onAudio: (bytes: Buffer) => heard.push(`audio ${bytes}`),
    onText: (text: string) => heard.push(`text ${text}`),
  };
  const url = `ws://127.0.0.1:${(server.address() as AddressInfo).port}/media/x`;
  const socket = await openMediaSocket(url, listener, scope);
  const [asterisk] = await connected;
  const isOver = once(asterisk, 'close');

  asterisk.send('MEDIA_START');
  asterisk.send(Buffer.from('one'));
  await expect.poll(() => heard).toEqual(['text MEDIA_START', 'audio one']);
  asterisk.send(Buffer.from('two'));
  asterisk.send('MEDIA_XOFF');
  await scope.close();
  socket.sendAudio(Buffer.from('late'));
  await isOver;
  expect(heard).toEqual(['text MEDIA_START', 'audio one']);
});
