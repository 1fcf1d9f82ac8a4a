import { once } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { WebSocket } from 'ws';
import { AriConnection, type ConnectionOptions, type Restored } from '../../../src/ari/connection.ts';
import type { AriEvent } from '../../../src/ari/events.gen.ts';
import type { Log } from '../../../src/core/log.ts';
import { silentLog } from '../../../src/core/log.ts';
import { Scope } from '../../../src/core/scope.ts';
import { FakeAriServer } from '../../support/fake-ari-server.ts';
import { freePort } from '../../support/free-port.ts';
import { eventually, until } from '../../support/until.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.useRealTimers();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function givenPlace() {
  const server = await FakeAriServer.open();
  cleanups.push(() => server.close());
  const port = await freePort('tcp');
  const url = `ws://127.0.0.1:${port}/ari/${server.asterisk.app}`;
  return { server, port, url, start: (given?: Given) => givenDaemon(server, port, given) };
}

type Given = Partial<Pick<ConnectionOptions, 'onRestored' | 'password'>>;

/** A daemon as far as ARI goes: what it has heard, and what it was told on each return. */
function givenDaemon(server: FakeAriServer, port: number, given: Given = {}) {
  const events: AriEvent[] = [];
  const restored: Restored[] = [];
  const problems: string[] = [];
  const alarms: string[] = [];
  const scope = new Scope((error) => problems.push(String(error)));
  const log: Log = {
    ...silentLog,
    warn: (fields) => problems.push((fields as { problem: string }).problem),
    error: (_, event) => alarms.push(event),
  };
  let taken = 0;
  const connection = new AriConnection({
    url: server.url,
    user: server.user,
    password: server.password,
    app: server.asterisk.app,
    transport: 'inbound',
    listen: { host: '127.0.0.1', port },
    log,
    onRestored: async (_, now) => void restored.push(now),
    onTaken: () => void taken++,
    ...given,
  });
  connection.ari.events.onUnowned((event) => events.push(event));
  connection.start(scope);
  cleanups.push(() => scope.close());
  const isReady = (): boolean => connection.isReady;
  const ready = () =>
    vi.isFakeTimers() ? soon(isReady) : until(isReady, { what: () => connection.problem });
  const taking = (): number => taken;
  return { connection, scope, events, restored, problems, alarms, ready, taking };
}

async function givenConnected(given?: Given) {
  const place = await givenPlace();
  const link = place.server.dial({ url: place.url });
  const daemon = place.start(given);
  await daemon.ready();
  return { ...place, link, ...daemon };
}

/** Everything of a process that is killed goes, and nothing is said to anybody. */
async function kill({ scope }: { scope: Scope }, server: FakeAriServer): Promise<void> {
  await scope.close();
  await until(() => server.connections === 0);
}

const types = (events: readonly AriEvent[]): string[] =>
  events.map(({ type }) => type).filter((type) => type !== 'ApplicationRegistered');

describe('a connection that Asterisk makes', () => {
  test('carries events and requests, and is ready once the state is compared', async () => {
    const { server, connection, events, restored } = await givenConnected();
    expect(restored).toEqual([{ backlog: expect.any(Number) }]);
    expect(server.asterisk.asked).toEqual(['get', 'list', 'setGlobalVar', 'userEvent', 'filter']);
    expect(await connection.ari.ping()).toMatchObject({ ping: 'pong' });
    server.asterisk.dial();
    await until(() => types(events).includes('StasisStart'));
    expect(Number(server.asterisk.globals.get('ARIFLOW_SEEN'))).toBeCloseTo(Date.now() / 1_000, -1);
  });

  test('is refused while nobody would read it', async () => {
    const { server, link, connection, ready } = await givenConnected();
    expect(link.refusals).toContain(0); // before the daemon
    server.refusal = 503;
    link.cut();
    await until(() => link.refusals.includes(503));
    expect(connection.isReady).toBe(false);
    server.refusal = undefined;
    await ready();
  });

  test('is tried for whenever Asterisk dials, which it does only where it is there', async () => {
    const { server, link, ready } = await givenConnected();
    server.refusal = 503;
    const before = server.attempts;
    link.cut();
    await until(() => server.attempts >= before + 8, { timeout: 6_000 }); // pauses that grow would take seven seconds
    server.refusal = undefined;
    await ready();
  });

  test('is the only one: a second is told to come again, and changes nothing', async () => {
    const { server, url, connection } = await givenConnected();
    const second = new WebSocket(url, 'ari', { headers: headersOf(server) });
    const [request, response] = (await once(second, 'unexpected-response')) as [
      ClientRequest,
      IncomingMessage,
    ];
    expect(response.statusCode).toBe(503);
    request.destroy();
    expect(connection.isReady).toBe(true);
  });

  test.each([
    ['a wrong password', { password: 'wrong' }, 401],
    ['no password', { password: '' }, 401],
    ['a wrong user', { user: 'somebody' }, 401],
    ['no subprotocol', { protocols: [] }, 400],
    ['another subprotocol', { protocols: ['media'] }, 400],
  ])('with %s is refused', async (_, wrong, status) => {
    const { server, url, start } = await givenPlace();
    const link = server.dial({ url, ...wrong });
    const { connection } = start();
    await until(() => link.refusals.includes(status));
    expect(connection.isReady).toBe(false);
  });

  test('with a wrong password is explained as one', async () => {
    hurry();
    const { server, url, start } = await givenPlace();
    server.dial({ url, password: 'wrong' });
    const { problems } = start();
    await soon(() => problems.length > 0);
    expect(problems).toEqual([expect.stringMatching(/what dials .* ARIFLOW_ARI_PASSWORD/)]);
  });

  test('for another application is refused', async () => {
    const { server, port, start } = await givenPlace();
    const link = server.dial({ url: `ws://127.0.0.1:${port}/ari/another` });
    start();
    await until(() => link.refusals.includes(404));
  });

  test('that does not come is told, and so is a port that is taken', async () => {
    hurry();
    const { server, start, port } = await givenPlace();
    server.dial({ url: 'ws://127.0.0.1:9/' });
    const first = start();
    await soon(() => /Asterisk does not dial 127\.0\.0\.1/.test(first.connection.problem));
    const second = start();
    await soon(() => second.connection.problem.includes(`${port} (ARIFLOW_ARI_LISTEN)`));
  });

  test('that is half open is ended, and made again', async () => {
    const place = await givenPlace();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const link = place.server.dial({ url: place.url });
    const daemon = place.start();
    await daemon.ready();
    link.fallSilent();
    for (let pings = 0; pings < 3; pings++) {
      await vi.advanceTimersByTimeAsync(5_000);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await until(() => !daemon.connection.isReady);
    link.cut(); // Asterisk has noticed too
    await daemon.ready();
    expect(daemon.restored).toHaveLength(2);
  });

  test('goes with the daemon, and the port with it', async () => {
    const { scope, server, port, link } = await givenConnected();
    await scope.close();
    await until(() => link.refusals.includes(0));
    await until(() => server.connections === 0);
    expect(await freePortAt(port)).toBe(true);
  });
});

/** Seconds pass in milliseconds where `soon` waits. */
function hurry(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
}

const soon = (look: () => boolean): Promise<boolean> =>
  eventually(async () => {
    await vi.advanceTimersByTimeAsync(300);
    return look();
  });

function headersOf({ user, password }: FakeAriServer): Record<string, string> {
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}

async function freePortAt(port: number): Promise<boolean> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  const [error] = (await once(socket, 'error')) as [NodeJS.ErrnoException];
  return error.code === 'ECONNREFUSED';
}

describe('what happens while the daemon is away', () => {
  test('is told on its return, in order and before the state is compared', async () => {
    const { server, start, ...first } = await givenConnected();
    const channel = server.asterisk.dial();
    await until(() => types(first.events).length === 1);
    await kill(first, server);
    server.asterisk.press(channel, '123');
    const waiting = server.asterisk.dial();
    server.asterisk.press(waiting, '4');

    const heard: string[] = [];
    const second = start({
      onRestored: async (_, { backlog }) => {
        heard.push(...types(second.events), `restored ${backlog}`);
      },
    });
    await second.ready();
    const digit = 'ChannelDtmfReceived';
    expect(heard).toEqual([digit, digit, digit, 'StasisStart', digit, 'restored 6']);
  });

  test('starts nothing where the channel is gone, or has left us since; its owner hears all of it', async () => {
    const { server, start, ...first } = await givenConnected();
    await kill(first, server);
    server.asterisk.hangup(server.asterisk.dial());
    const back = server.asterisk.dial();
    server.asterisk.leave(back);
    const channel = server.asterisk.dial();
    server.asterisk.hangup(channel);
    const second = start();
    const owned: AriEvent[] = [];
    second.connection.ari.own(`channel:${channel.id}`, { deliver: (event) => owned.push(event) });
    await second.ready();
    expect(types(second.events)).not.toContain('StasisStart');
    expect(types(second.events)).toContain('StasisEnd');
    expect(types(owned)).toEqual(['StasisStart', 'ChannelHangupRequest', 'StasisEnd']);
  });

  test('is not lost with a connection that breaks before it was read to its end', async () => {
    const { server, start, ...first } = await givenConnected();
    await kill(first, server);
    const channel = server.asterisk.dial();
    server.asterisk.press(channel, '12');
    server.asterisk.fault('list', { isUnanswered: true, times: 1 });
    const second = start();
    await until(() => server.asterisk.asked.filter((name) => name === 'list').length === 2);
    server.asterisk.press(channel, '3');
    first.link.cut();
    await second.ready();
    const digits = second.events.flatMap((event) =>
      event.type === 'ChannelDtmfReceived' ? event.digit : [],
    );
    expect(digits).toEqual(['1', '2', '3']);
    expect(types(second.events)[0]).toBe('StasisStart');
  });

  test('is kept too while a lost lane is made again', async () => {
    const { server, connection, events, restored } = await givenConnected();
    const channel = server.asterisk.dial();
    server.drop(); // the lanes: the other one was made by Asterisk
    for (const digit of '123456789') {
      server.asterisk.press(channel, digit);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    await until(() => connection.isReady && restored.length === 2);
    server.asterisk.press(channel, '0');
    await until(() => types(events).filter((type) => type === 'ChannelDtmfReceived').length === 10);
    const digits = events.flatMap((event) => (event.type === 'ChannelDtmfReceived' ? event.digit : []));
    expect(digits.join('')).toBe('1234567890');
  });

  test('comes whole, thousands of events', async () => {
    const { server, start, ...first } = await givenConnected();
    await kill(first, server);
    const channel = server.asterisk.dial();
    for (let index = 0; index < 5_000; index++) server.asterisk.press(channel, String(index % 10));
    const second = start();
    await second.ready();
    const digits = second.events.flatMap((event) =>
      event.type === 'ChannelDtmfReceived' ? event.digit : [],
    );
    expect(digits).toEqual(Array.from({ length: 5_000 }, (_, index) => String(index % 10)));
  });
});

describe('an application that another client has taken', () => {
  const visit = async (server: FakeAriServer): Promise<WebSocket> => {
    const where = `${server.url.replace('http', 'ws')}/events?app=${server.asterisk.app}`;
    const visitor = new WebSocket(where, { headers: headersOf(server) });
    await once(visitor, 'open');
    cleanups.push(async () => visitor.terminate());
    return visitor;
  };

  test('is taken back at once, with an alarm', async () => {
    const { server, connection, restored, alarms, taking, problems, events } = await givenConnected();
    const visitor = await visit(server);
    const replaced = once(visitor, 'message');
    await until(() => connection.isReady && restored.length === 2);
    expect(String((await replaced)[0])).toContain('Application');
    expect(alarms).toEqual(['application_taken_over']);
    expect(taking()).toBe(1);
    expect(problems).toEqual([expect.stringMatching(/another client has taken over .*; taking it back/)]);
    expect(restored[1]).toEqual({ backlog: undefined }); // nobody keeps anything for this one
    server.asterisk.dial();
    await until(() => types(events).includes('StasisStart'));
  });

  test('and left is found out by the next daemon, and taken back', async () => {
    const { server, start, ...first } = await givenConnected();
    await kill(first, server);
    (await visit(server)).terminate();
    await until(() => !server.isRegistered);
    const second = start();
    await second.ready();
    expect(second.taking()).toBe(1);
    expect(second.alarms).toEqual(['application_taken_over']);
    server.asterisk.dial();
    await until(() => types(second.events).includes('StasisStart'));
  });

  test.each([true, false])(
    'goes back to Asterisk’s own connection once that has it (told: %s)',
    async (isTold) => {
      hurry();
      const { server, link, connection, restored, taking, events } = await givenConnected();
      await visit(server);
      await soon(() => connection.isReady && restored.length === 2);
      server.giveTo(link, { isTold }); // as after `ari start outbound-websocket` on the console
      await soon(() => connection.isReady && restored.length === 3);
      expect(restored[2]?.backlog).toBeDefined();
      expect(taking()).toBe(1);
      server.asterisk.dial();
      await until(() => types(events).includes('StasisStart'));
    },
  );

  test('and nobody has said so is missed, since no event comes that was asked for', async () => {
    hurry();
    const { server, connection, restored, alarms, taking } = await givenConnected();
    server.forget();
    await soon(() => connection.isReady && restored.length === 2);
    expect([alarms, taking()]).toEqual([['application_taken_over'], 1]);
    expect(server.isRegistered).toBe(true);
  });

  test('is not, where Asterisk merely answers late now and then', async () => {
    hurry();
    const { server, restored, alarms } = await givenConnected();
    for (let fault = 0; fault < 4; fault++) {
      server.asterisk.fault('userEvent', { status: 500, times: 1 });
      await soon(() => server.asterisk.asked.filter((name) => name === 'userEvent').length >= 3 + 2 * fault);
    }
    expect([restored.length, alarms]).toEqual([1, []]);
  });
});
