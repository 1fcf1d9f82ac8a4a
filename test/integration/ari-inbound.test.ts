import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { HttpTransport } from '../../src/ari/ari-http.ts';
import { AriConnection, type Restored } from '../../src/ari/connection.ts';
import type { AriEvent } from '../../src/ari/events.gen.ts';
import { operations } from '../../src/ari/operations.ts';
import { silentLog } from '../../src/core/log.ts';
import { Scope } from '../../src/core/scope.ts';
import { ariContract } from '../support/ari-contract.ts';
import type { AriHarness } from '../support/ari-given.ts';
import { freePort } from '../support/free-port.ts';
import { CallRejected } from '../support/outgoing-call.ts';
import { RealAsterisk } from '../support/real-asterisk.ts';
import { eventually, until } from '../support/until.ts';

let real: RealAsterisk;

beforeAll(async () => {
  const listen = `127.0.0.1:${await freePort('tcp')}`;
  real = await RealAsterisk.open({
    env: { ARIFLOW_ARI_TRANSPORT: 'inbound', ARIFLOW_ARI_LISTEN: listen },
  });
});

afterAll(() => real?.[Symbol.asyncDispose]());

describe('inbound', () => {
  let connected: Awaited<ReturnType<RealAsterisk['connect']>>;
  beforeAll(async () => {
    connected = await real.connect('inbound');
  });
  afterAll(() => connected?.close());
  ariContract('a real Asterisk that dials us', (): AriHarness => connected);
});

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A daemon as far as ARI goes. */
function givenDaemon() {
  const { ariUrl: url, ariUser: user, ariPassword: password, config } = real.asterisk;
  const { app, listen } = config.ari;
  const events: AriEvent[] = [];
  const restored: Restored[] = [];
  const scope = new Scope((error) => {
    throw error;
  });
  let taken = 0;
  const connection = new AriConnection({
    ...{ url, user, password, app, listen, transport: 'inbound', log: silentLog },
    onRestored: async (_, now) => void restored.push(now),
    onTaken: () => void taken++,
  });
  connection.ari.events.onUnowned((event) => events.push(event));
  connection.start(scope);
  const close = () => scope.close();
  cleanups.push(close);
  const ready = () => until(() => connection.isReady, { what: () => connection.problem });
  return { connection, ari: connection.ari, events, restored, ready, close, taking: () => taken };
}

async function givenReady() {
  const daemon = givenDaemon();
  await daemon.ready();
  return daemon;
}

/** ARI over HTTP, which takes the application from nobody. */
function givenHttp(): HttpTransport {
  const { ariUrl: url, ariUser: user, ariPassword: password } = real.asterisk;
  const http = new HttpTransport({ url, user, password });
  cleanups.push(() => http.close());
  return http;
}

const channels = async (http: HttpTransport) =>
  (await http.send({ operation: operations.channels })) as { id: string; dialplan: { exten: string } }[];

const waiting = (http: HttpTransport, number: string): Promise<string> =>
  eventually(async () => (await channels(http)).find(({ dialplan }) => dialplan.exten === number)?.id);

const started = ({ events }: { events: readonly AriEvent[] }, number: string) =>
  events.find((event) => event.type === 'StasisStart' && event.channel.dialplan.exten === number);

describe('while nobody is there', () => {
  test('digits, hang-ups and new callers are kept, and told on the return', async () => {
    const first = await givenReady();
    const call = await real.phone.call('6001');
    const start = await until(() => started(first, '6001'));
    if (start?.type !== 'StasisStart') throw new Error('no StasisStart');
    await first.ari.answer(start.channel.id);
    await call.answered;
    const leaving = await real.phone.call('6002');
    await until(() => started(first, '6002'));
    await first.close();

    await call.digits('42');
    await leaving.close();
    const late = await real.phone.call('6003');
    const gone = await real.phone.call('6004');
    const http = givenHttp();
    await waiting(http, '6003');
    await waiting(http, '6004');
    await gone.close();
    await eventually(async () => (await channels(http)).length === 2);

    const second = await givenReady();
    const digits = second.events.flatMap((event) =>
      event.type === 'ChannelDtmfReceived' ? event.digit : [],
    );
    expect(digits).toEqual(['4', '2']);
    const ended = () =>
      second.events.flatMap((event) => (event.type === 'StasisEnd' ? event.channel.dialplan.exten : []));
    // A channel is off the list a moment before its end is told.
    await until(() => ended().length === 2, { what: 'both ends' });
    expect(ended()).toEqual(['6002', '6004']);
    expect(started(second, '6003')).toBeDefined();
    expect(started(second, '6004')).toBeUndefined();
    expect(second.restored[0]?.backlog).toBeGreaterThan(5);
    await Promise.all([call.close(), late.close()]);
    await eventually(async () => (await channels(http)).length === 0);
  });

  test('a caller waits no longer than he may: 503; a minute after the last daemon the next one does not begin to', async () => {
    await (await givenReady()).close();
    const http = givenHttp();
    const call = await real.phone.call('6010');
    const channelId = await waiting(http, '6010');
    const left = await variableOf(http, channelId);
    expect(left).toBeGreaterThan(30);
    expect(left).toBeLessThanOrEqual(60);
    const query = { variable: 'TIMEOUT(absolute)', value: '1' };
    await http.send({ operation: operations.setVariable, path: { channelId }, query });
    await expect(call.answered).rejects.toMatchObject({ status: 503 });

    await real.asterisk.cli('dialplan set global ARIFLOW_SEEN 1000000000');
    const refused = await real.phone.call('6011');
    const failure = await refused.answered.catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CallRejected);
    expect(failure).toMatchObject({ status: 503 });

    const daemon = await givenReady();
    expect(started(daemon, '6010')).toBeUndefined(); // it is over
    const again = await real.phone.call('6012');
    await until(() => started(daemon, '6012'));
    await again.close();
  });

  test('a backlog of some megabytes comes whole, also to a daemon that is busy when it returns', async () => {
    await (await givenReady()).close();
    const http = givenHttp();
    const padding = 'x'.repeat(1_000);
    const send = (index: number) =>
      http.send({
        operation: operations.sendEvent,
        path: { eventName: `kept-${index}` },
        query: { application: real.asterisk.config.ari.app },
        body: { variables: { padding } },
      });
    const count = 6_000; // the buffers of a socket hold 4 MB
    const sent = Array.from({ length: count }, (_, index) => index);
    for (let from = 0; from < count; from += 500)
      await Promise.all(sent.slice(from, from + 500).map((index) => send(index)));

    const daemon = givenDaemon();
    while (!daemon.connection.isConnected) await new Promise((resolve) => setImmediate(resolve));
    for (const until = performance.now() + 3_000; performance.now() < until; );
    await daemon.ready();
    const kept = daemon.events.flatMap((event) =>
      event.type === 'ChannelUserevent' && event.eventname.startsWith('kept-') ? event.eventname : [],
    );
    expect(new Set(kept).size).toBe(count);
    expect(daemon.restored).toEqual([{ backlog: expect.any(Number) }]);
  });
});

async function variableOf(http: HttpTransport, channelId: string): Promise<number> {
  const query = { variable: 'TIMEOUT(absolute)' };
  const answer = await http.send({ operation: operations.getVariable, path: { channelId }, query });
  return Number((answer as { value: string }).value);
}

/** The last: whoever takes the application from Asterisk's own connection takes it for good. */
describe('an application that another client takes', () => {
  const visit = async (): Promise<WebSocket> => {
    const { ariUrl, ariUser, ariPassword, config } = real.asterisk;
    const credentials = Buffer.from(`${ariUser}:${ariPassword}`).toString('base64');
    const where = `${ariUrl.replace('http', 'ws')}/events?app=${config.ari.app}`;
    const visitor = new WebSocket(where, { headers: { authorization: `Basic ${credentials}` } });
    await once(visitor, 'open');
    cleanups.push(async () => visitor.terminate());
    return visitor;
  };

  test('is taken back at once, and by the next daemon; until the console gives it back', async () => {
    const first = await givenReady();
    const visitor = await visit();
    await until(() => first.connection.isReady && first.restored.length === 2);
    expect(first.taking()).toBe(1);
    expect(first.restored[1]).toEqual({ backlog: undefined });
    const call = await real.phone.call('6020');
    await until(() => started(first, '6020'));
    await call.close();
    visitor.close();
    await first.close();

    const second = await givenReady();
    expect(second.taking()).toBe(1);
    const another = await real.phone.call('6021');
    await until(() => started(second, '6021'));
    await another.close();

    await real.asterisk.cli('ari shutdown websocket sessions');
    await real.asterisk.cli('ari start outbound-websocket ariflow-inbound');
    const isKept = () => second.connection.isReady && second.restored.at(-1)?.backlog !== undefined;
    await until(isKept);
    const last = await real.phone.call('6022');
    await until(() => started(second, '6022'));
    await last.close();
  });
});
