import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ApiClient } from '../../support/api-client.ts';
import { isSoak } from '../../support/scale.ts';
import { until } from '../../support/until.ts';
import { Receiver } from '../../support/webhook-receiver.ts';
import { givenWholeDaemon, type WholeDaemon } from '../../support/whole-daemon.ts';

/** So many of each at once. */
const many = isSoak ? 3_000 : 200;
const patience = isSoak ? 900_000 : 120_000;
const mostActiveflows = 20;

let daemon: WholeDaemon;
/** Never answers. */
let silent: Receiver;
beforeAll(async () => {
  silent = await Receiver.start(() => undefined);
  daemon = await givenWholeDaemon({
    ARIFLOW_ACTIVEFLOWS_CONCURRENT: String(mostActiveflows),
    ARIFLOW_WEBHOOK_ALLOW: '127.0.0.1',
  });
});
afterAll(async () => {
  await daemon?.[Symbol.asyncDispose]();
  await silent?.[Symbol.asyncDispose]();
});

const times = <T>(count: number, make: (index: number) => Promise<T>): Promise<T[]> =>
  Promise.all(Array.from({ length: count }, (_, index) => make(index)));

/** How often there was each status. */
const counted = (statuses: readonly number[]): Record<number, number> =>
  Object.fromEntries(
    [...new Set(statuses)].map((status) => [status, statuses.filter((one) => one === status).length]),
  );

/** Somebody calls who is no part of the flood, and his flow runs to its end. */
async function isServed(): Promise<void> {
  const { api, asterisk } = daemon;
  const flow = await api.post<{ id: string }>('/v1.0/flows', { name: 'x', actions: [{ type: 'answer' }] });
  const number = await api.post<{ id: string }>('/v1.0/numbers', { number: '7', call_flow_id: flow.body.id });
  const channel = asterisk.dial({ number: '7' });
  expect((await channel.ended.promise).cause).toBe(16);
  expect((await api.delete(`/v1.0/numbers/${number.body.id}`)).status).toBe(200);
  expect(daemon.defects).toEqual([]);
}

test('flows without a call are as many as may be, the others are told to come again', {
  timeout: patience,
}, async () => {
  const waiting = [{ type: 'fetch', option: { event_url: silent.url(), timeout: 60_000 } }];
  const asked = await times(many, () =>
    daemon.api.post<{ id: string }>('/v1.0/activeflows', { actions: waiting }),
  );
  const all = counted(asked.map(({ status }) => status));
  expect(all).toEqual({ 200: mostActiveflows, 429: many - mostActiveflows });
  await isServed();
  for (const { status, body } of asked)
    if (status === 200) await daemon.api.post(`/v1.0/activeflows/${body.id}/stop`);
});

test('connections that never ask, and requests that never end, keep nobody else waiting', {
  timeout: patience,
}, async () => {
  const { port } = new URL(daemon.url);
  const beginnings = [
    '',
    'GET /healthz HT',
    'POST /v1.0/flows HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n{',
  ];
  const sockets: Socket[] = [];
  for (let index = 0; index < many; index++) {
    const socket = connect(Number(port), '127.0.0.1').on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    socket.write(beginnings[index % beginnings.length] ?? '');
  }
  await isServed();
  for (const socket of sockets) socket.destroy();
});

test('who has no token learns nothing, however often he asks, and others are served', {
  timeout: patience,
}, async () => {
  const stranger = new ApiClient(daemon.url, { token: 'guess' });
  const asked = await times(many, () => stranger.get('/v1.0/calls'));
  const refused = asked.filter(({ status }) => status === 401 || status === 429);
  expect(counted(asked.map(({ status }) => status))).toEqual(counted(refused.map(({ status }) => status)));
  expect((await daemon.api.get('/healthz')).status).toBe(200);
  expect(daemon.defects).toEqual([]);
});

test('calls to numbers nobody has are refused, each of them, and none is left', {
  timeout: patience,
}, async () => {
  const already = daemon.asterisk.asked.length;
  const channels = Array.from({ length: many }, (_, index) => daemon.asterisk.dial({ number: `5${index}` }));
  await Promise.all(channels.map(({ ended }) => ended.promise));
  await until(() => daemon.asterisk.channels.size === 0, { what: 'no call to be left' });
  expect(daemon.asterisk.asked.slice(already)).not.toContain('answer');
  expect(daemon.defects).toEqual([]);
});

test('keys pressed without an end are as many as are wanted', { timeout: patience }, async () => {
  const { api, asterisk } = daemon;
  const actions = [
    { type: 'answer' },
    { type: 'digits_receive', option: { length: 4, duration: 60_000 } },
    { type: 'branch', option: { target_ids: { '5555': 'good' } } },
    { type: 'hangup', option: { reason: 'failed' } },
    { id: 'good', type: 'hangup', option: { reason: 'busy' } },
  ];
  const flow = await api.post<{ id: string }>('/v1.0/flows', { name: 'keys', actions });
  await api.post('/v1.0/numbers', { number: '8', call_flow_id: flow.body.id });
  const channel = asterisk.dial({ number: '8' });
  await until(() => channel.state === 'Up', { what: 'the answer' });
  asterisk.press(channel, '5'.repeat(many));
  await channel.ended.promise;
  expect(asterisk.asked.at(-1)).toBe('hangup');
  expect(asterisk.requests.at(-1)?.query.reason_code).toBe('17');
  expect(daemon.defects).toEqual([]);
});
