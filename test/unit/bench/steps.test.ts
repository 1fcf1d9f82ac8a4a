import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { stepsIn } from '../../bench/compare/steps.ts';
import { Tap } from '../../bench/compare/tap.ts';
import { until } from '../../support/until.ts';

/** Something that speaks as ARI does, behind a tap, and a controller's socket. */
async function given() {
  const server = createServer((_, response) => response.end('{}'));
  const sockets = new WebSocketServer({ server });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const tap = await Tap.to(`http://127.0.0.1:${(server.address() as AddressInfo).port}/ari`);
  const joined = once(sockets, 'connection') as Promise<[WebSocket]>;
  const controller = new WebSocket(`${tap.url.replace('http', 'ws')}/events`);
  await once(controller, 'open');
  const [asterisk] = await joined;
  onTestFinished(async () => {
    controller.terminate();
    await tap[Symbol.asyncDispose]();
    server.close();
  });
  /** Each waits until the other side has it: what is measured is what lies between. */
  const tell = async (event: object): Promise<void> => {
    const heard = once(controller, 'message');
    asterisk.send(JSON.stringify(event));
    await heard;
  };
  const ask = async (uri: string): Promise<void> => {
    const heard = once(asterisk, 'message');
    controller.send(JSON.stringify({ type: 'RESTRequest', method: 'POST', uri }));
    await heard;
  };
  return { tap, tell, ask };
}

const start = (id: string) => ({ type: 'StasisStart', channel: { id, name: 'x'.repeat(70_000) } });
const playback = (type: string) => ({ type, playback: { id: 'p1', target_uri: 'channel:1.1' } });

test('a step is from an event to the next request about its call, whoever else asks meanwhile', async () => {
  const { tap, tell, ask } = await given();
  await tell(start('1.1'));
  await ask('channels/1.2/answer');
  await tell({ type: 'RESTResponse', status_code: 204 });
  await ask('channels/1.1/answer');
  await ask('channels/1.1/play/p1');
  await tell(playback('PlaybackStarted'));
  await tell({ type: 'ChannelDtmfReceived', digit: '1', channel: { id: '1.1' } });
  await ask('playbacks/p1');
  await tell(playback('PlaybackFinished'));
  await ask('channels/1.1');
  const steps = stepsIn(tap.take());
  expect([...steps.keys()]).toEqual(['StasisStart', 'ChannelDtmfReceived', 'PlaybackFinished']);
  for (const times of steps.values()) {
    expect(times).toHaveLength(1);
    expect(times[0]).toBeGreaterThan(0);
  }
  expect(stepsIn(tap.take())).toEqual(new Map());
});

test('requests over HTTP count as well', async () => {
  const { tap, tell } = await given();
  await tell(start('1.1'));
  const response = await fetch(`${tap.url}/channels/1.1/answer?x=1`, { method: 'POST' });
  expect(await response.text()).toBe('{}');
  const steps = await until(() => stepsIn(tap.take()));
  expect(steps.get('StasisStart')).toHaveLength(1);
});
