import { expect, onTestFinished, test } from 'vitest';
import { AriConnection, type TransportName } from '../../../src/ari/connection.ts';
import type { AriEvent } from '../../../src/ari/events.gen.ts';
import { silentLog } from '../../../src/core/log.ts';
import { Scope } from '../../../src/core/scope.ts';
import { accompanied, changed, duplicated, missing, reordered } from '../../support/event-faults.ts';
import { FakeAriServer } from '../../support/fake-ari-server.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { until } from '../../support/until.ts';

async function given(transport: TransportName = 'websocket') {
  const server = await FakeAriServer.open();
  const proxy = await FaultProxy.to(server.url);
  const scope = new Scope(() => undefined);
  const events: AriEvent[] = [];
  const connection = new AriConnection({
    ...{ url: proxy.url, user: server.user, password: server.password, app: server.asterisk.app, transport },
    log: silentLog,
    onRestored: async () => undefined,
  });
  connection.ari.events.onUnowned((event) => events.push(event));
  connection.start(scope);
  onTestFinished(async () => {
    await scope.close();
    await proxy[Symbol.asyncDispose]();
    await server.close();
  });
  await until(() => connection.isReady);
  events.length = 0;
  return { server, proxy, connection, events };
}

const digits = (events: readonly AriEvent[]): string =>
  events.flatMap((event) => (event.type === 'ChannelDtmfReceived' ? [event.digit] : [])).join('');

test.each(['websocket', 'http'] as const)('without faults all goes through, over %s', async (transport) => {
  const { server, connection, events } = await given(transport);
  const channel = server.asterisk.dial();
  server.asterisk.press(channel, '123');
  await until(() => digits(events) === '123');
  expect(await connection.ari.channels()).toHaveLength(1);
  await connection.ari.answer(channel.id);
});

test.each(['websocket', 'http'] as const)('requests go wrong as they are to, over %s', async (transport) => {
  const { server, proxy, connection } = await given(transport);
  for (const status of [500, 412, 409, 404]) {
    proxy.requests.add({ request: /^GET channels$/, status, times: 1 });
    await expect(connection.ari.channels()).rejects.toMatchObject({ name: 'AriError', status });
  }
  expect(await connection.ari.channels()).toEqual([]);
  proxy.requests.add({ request: /ping/, isLost: true });
  proxy.requests.add({ request: /bridges/, isUnanswered: true });
  void connection.ari.ping().catch(() => undefined);
  void connection.ari.bridges.create('ariflow-bridge-1', 'holding').catch(() => undefined);
  await until(() => server.asterisk.bridges.size === 1);
  expect(server.asterisk.asked).not.toContain('ping');
  expect(proxy.requests.hit.slice(-2)).toEqual(['GET asterisk/ping', 'POST bridges/ariflow-bridge-1']);
});

test('events are doubled, left out, joined by others, change places and contents', async () => {
  const { server, proxy, events } = await given();
  const channel = server.asterisk.dial();
  const heard = async (sent: string, wanted: (got: string) => boolean): Promise<void> => {
    events.length = 0;
    server.asterisk.press(channel, sent);
    await until(() => wanted(digits(events)), { what: () => `${sent}, got ${digits(events)}` });
  };
  proxy.events = duplicated;
  await heard('12', (got) => got === '1122');
  proxy.events = reordered(7);
  await heard('12345678', (got) => got !== '12345678' && [...got].sort().join('') === '12345678');
  proxy.events = accompanied;
  await heard('12', (got) => got === '12' && events.length === 6);
  proxy.events = missing(/Dtmf/);
  await heard('12', () => true);
  proxy.events = changed(7);
  server.asterisk.press(channel, '1'.repeat(50));
  await until(() => events.length >= 40);
  expect(digits(events)).not.toBe('1'.repeat(50));
  proxy.heal();
  await heard('7', (got) => got.endsWith('7'));
});

test('a connection is cut as a whole or in part, refused, or not answered, and comes back when it may', async () => {
  const { proxy, connection } = await given();
  const isBack = async (): Promise<void> => {
    await until(() => !connection.isReady);
    await until(() => connection.isReady);
    expect(await connection.ari.channels()).toEqual([]);
  };
  proxy.cut();
  await isBack();
  expect(proxy.apps.filter((app) => app === 'ariflow')).toHaveLength(1);
  proxy.cut(/-lane-\d+-2$/);
  await isBack();
  await proxy.shut();
  await until(() => connection.problem.startsWith('no Asterisk answers'));
  await proxy.open();
  await until(() => connection.isReady);
  proxy.isDeaf = true;
  proxy.cut();
  await until(() => !connection.isConnected);
  proxy.heal();
  await until(() => connection.isReady);
});

test('what is forgotten carries nothing, and both ends believe in it', async () => {
  const { server, proxy, connection, events } = await given();
  proxy.forget();
  server.asterisk.dial();
  const asked = connection.ari.ping().catch(() => 'lost');
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect([events, connection.isReady, server.isRegistered]).toEqual([[], true, true]);
  expect(server.asterisk.asked).not.toContain('ping');
  proxy.cut();
  expect(await asked).toBe('lost');
});

test('frames take as long as they are to', async () => {
  const { proxy, connection } = await given();
  proxy.latency = 150;
  const began = performance.now();
  await connection.ari.ping();
  expect(performance.now() - began).toBeGreaterThan(290);
});
