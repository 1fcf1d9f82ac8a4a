import { afterEach, describe, expect, test, vi } from 'vitest';
import { AriConnection, type ConnectionOptions, type TransportName } from '../../../src/ari/connection.ts';
import type { AriEvent } from '../../../src/ari/events.gen.ts';
import { operations } from '../../../src/ari/operations.ts';
import type { Log } from '../../../src/core/log.ts';
import { silentLog } from '../../../src/core/log.ts';
import { Scope } from '../../../src/core/scope.ts';
import { FakeAriServer } from '../../support/fake-ari-server.ts';
import { until } from '../../support/until.ts';

const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  vi.restoreAllMocks();
  vi.useRealTimers();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

interface Given
  extends Partial<Pick<ConnectionOptions, 'password' | 'onRestored' | 'url' | 'obstacle' | 'mayAct'>> {
  readonly transport?: TransportName;
}

async function givenServer(): Promise<FakeAriServer> {
  const server = await FakeAriServer.open();
  cleanups.push(() => server.close());
  return server;
}

function givenConnection(server: FakeAriServer, given: Given = {}) {
  const events: AriEvent[] = [];
  const warnings: string[] = [];
  const reported: unknown[] = [];
  const scope = new Scope((error) => reported.push(error));
  const log: Log = {
    ...silentLog,
    warn: (fields) => warnings.push((fields as { problem: string }).problem),
  };
  const connection = new AriConnection({
    url: server.url,
    user: server.user,
    password: server.password,
    app: server.asterisk.app,
    transport: 'websocket',
    onRestored: async () => undefined,
    log,
    ...given,
  });
  connection.ari.events.onUnowned((event) => events.push(event));
  connection.start(scope);
  cleanups.push(() => scope.close());
  return { connection, events, warnings, reported, scope };
}

async function givenConnected(given: Given = {}) {
  const server = await givenServer();
  const connected = givenConnection(server, given);
  await until(() => connected.connection.isReady);
  return { server, ...connected };
}

describe('connecting', () => {
  test('is ready once the filter is set and the state compared, with the requests sent by then answered', async () => {
    const order: string[] = [];
    const server = await givenServer();
    const { connection } = givenConnection(server, {
      onRestored: async () => {
        order.push(`restored, ready: ${connection.isReady}, connected: ${connection.isConnected}`);
        expect(await connection.ari.channels()).toEqual([]);
      },
    });
    expect(connection.isReady).toBe(false);
    expect(connection.problem).not.toBe('');
    await until(() => connection.isReady);
    expect(order).toEqual(['restored, ready: false, connected: true']);
    expect(server.asterisk.asked).toEqual(['filter', 'list']);
    expect(connection.problem).toBe('');
  });

  test('requests before that are refused at once', async () => {
    const server = await givenServer();
    server.refusal = 503;
    const { connection } = givenConnection(server);
    await expect(connection.send({ operation: operations.ping })).rejects.toMatchObject({
      name: 'AriError',
      status: 0,
    });
  });

  test('waits for what is in its way, says so once, and does not take the application from anybody', async () => {
    const server = await givenServer();
    let obstacle: string | undefined = 'another daemon serves it';
    let asked = 0;
    const { connection, warnings } = givenConnection(server, {
      obstacle: async () => {
        asked++;
        return obstacle;
      },
    });
    await until(() => asked > 2);
    expect(server.attempts).toBe(0);
    expect(connection.problem).toBe('another daemon serves it');
    expect(warnings).toEqual(['another daemon serves it']);
    obstacle = undefined;
    await until(() => connection.isReady);
  });

  test('asks nothing of Asterisk before it is known whether it may, and nothing at all where it may not', async () => {
    let answer: Promise<boolean> | undefined;
    const { connection, server } = await givenConnected({ mayAct: () => answer });
    const ping = () => connection.send({ operation: operations.ping });
    await ping();
    const { promise, resolve } = Promise.withResolvers<boolean>();
    answer = promise;
    const before = server.asterisk.asked.length;
    const asked = ping();
    await new Promise((passed) => setTimeout(passed, 50));
    expect(server.asterisk.asked).toHaveLength(before);
    resolve(true);
    await asked;
    answer = Promise.resolve(false);
    await expect(ping()).rejects.toMatchObject({ name: 'AriError', status: 0 });
    expect(server.asterisk.asked).toHaveLength(before + 1);
  });

  test.each([
    [401, /refuses the user ariflow or its password/],
    [503, /still starting/],
    [404, /there is no ARI at .*res_ari/],
    [500, /ARI answered 500/],
  ])('%d is explained once in the log, and tried again until it is mended', async (status, explained) => {
    const server = await givenServer();
    server.refusal = status;
    simulatePauses();
    const { connection, warnings } = givenConnection(server);
    for (const attempt of [1, 2]) await passPause(server, attempt);
    await passPause(server, 3, 0);
    expect(warnings).toEqual([expect.stringMatching(explained)]);
    expect(connection.problem).toMatch(explained);
    server.refusal = undefined;
    await vi.advanceTimersByTimeAsync(2_000);
    await until(() => connection.isReady);
  });

  test('a wrong password is explained as one', async () => {
    const server = await givenServer();
    simulatePauses();
    const { warnings } = givenConnection(server, { password: 'wrong' });
    await passPause(server, 1);
    await passPause(server, 2);
    expect(warnings).toEqual([expect.stringMatching(/ARIFLOW_ARI_PASSWORD/)]);
  });

  test('nobody at the other end is explained with the address', async () => {
    const server = await givenServer();
    await server.close();
    const { warnings } = givenConnection(server);
    await until(() => warnings.length > 0);
    expect(warnings).toEqual([`no Asterisk answers at ${server.url}`]);
  });

  test('the trial pauses grow to two seconds and no further', async () => {
    const server = await givenServer();
    server.refusal = 503;
    simulatePauses();
    givenConnection(server);
    for (const [index, pause] of [200, 400, 800, 1_600, 2_000, 2_000, 2_000].entries()) {
      await passPause(server, index + 1, pause - 1);
      expect(server.attempts).toBe(index + 1);
      await vi.advanceTimersByTimeAsync(1);
    }
  });
});

/** From now on the pauses between attempts pass when the test says so, without their jitter. */
function simulatePauses(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  vi.spyOn(Math, 'random').mockReturnValue(0.5);
}

/** Waits until so many attempts have failed, and lets time pass. */
async function passPause(server: FakeAriServer, attempts: number, ms = 2_000): Promise<void> {
  await until(() => server.attempts === attempts && vi.getTimerCount() === 1, {
    what: () => `attempt ${attempts}, there were ${server.attempts}`,
  });
  await vi.advanceTimersByTimeAsync(ms);
}

describe('a connection that is lost', () => {
  test.each(['websocket', 'http'] as const)(
    'comes back by itself, comparing the state (%s)',
    async (transport) => {
      let restored = 0;
      const { server, connection, warnings } = await givenConnected({
        transport,
        onRestored: async () => void restored++,
      });
      server.drop();
      await until(() => !connection.isReady);
      await until(() => connection.isReady);
      expect(restored).toBe(2);
      expect(warnings).toEqual(['closed with 1006']);
      expect(await connection.ari.ping()).toMatchObject({ ping: 'pong' });
      expect(server.asterisk.asked.filter((name) => name === 'filter')).toHaveLength(2);
    },
  );

  test('fails the requests that wait', async () => {
    const { server, connection } = await givenConnected();
    server.asterisk.fault('ping', { isUnanswered: true });
    const waiting = connection.ari.ping();
    await until(() => server.asterisk.asked.includes('ping'));
    server.drop();
    await expect(waiting).rejects.toMatchObject({ name: 'AriError', status: 0 });
  });

  test('is told by any of its sockets', async () => {
    const { server, connection } = await givenConnected();
    const before = server.attempts;
    server.sendRaw('this is not JSON');
    await until(() => server.attempts > before && connection.isReady);
  });

  test('is noticed when it is half-open, by a ping that nobody answers', async () => {
    const server = await givenServer();
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { connection } = givenConnection(server);
    await until(() => connection.isReady);
    await vi.advanceTimersByTimeAsync(5_000);
    await until(() => server.pings >= 4); // the events and three lanes
    await new Promise((resolve) => setTimeout(resolve, 20)); // the pongs' way back
    await vi.advanceTimersByTimeAsync(5_000);
    expect(connection.isReady).toBe(true);
    server.isSilent = true;
    await new Promise((resolve) => setTimeout(resolve, 20));
    await vi.advanceTimersByTimeAsync(10_000);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(connection.isReady).toBe(true); // one ping may be late
    await vi.advanceTimersByTimeAsync(5_000);
    await until(() => !connection.isReady);
    server.isSilent = false;
    await until(() => connection.isReady);
  });

  test('while comparing the state is never called ready', async () => {
    const gate = Promise.withResolvers<void>();
    let restored = 0;
    const server = await givenServer();
    const { connection } = givenConnection(server, {
      onRestored: () => (++restored === 1 ? gate.promise : new Promise(() => undefined)),
    });
    await until(() => restored === 1);
    server.drop();
    await until(() => !connection.isConnected);
    gate.resolve();
    await until(() => restored === 2);
    expect(connection.isReady).toBe(false);
  });

  test('because another took the application over is not sought again while that one is there', async () => {
    const { server, connection, warnings } = await givenConnected();
    server.takeOver('daemon');
    await until(() => !connection.isReady);
    const before = server.attempts;
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(server.attempts).toBe(before);
    expect(warnings).toEqual([expect.stringMatching(/another client has taken over .* ariflow/)]);
    expect(connection.problem).toBe(warnings[0]);
  });

  test('because another took it over while the state was compared is explained the same', async () => {
    let restored = 0;
    const server = await givenServer();
    const { warnings } = givenConnection(server, {
      onRestored: () => new Promise(() => restored++),
    });
    await until(() => restored === 1);
    server.takeOver();
    await until(() => warnings.length > 0);
    expect(warnings).toEqual([expect.stringMatching(/another client has taken over/)]);
  });
});

describe('events', () => {
  test('keep their order, a thousand of them', async () => {
    const { server, events } = await givenConnected();
    events.length = 0;
    const channel = server.asterisk.dial();
    for (let index = 0; index < 1_000; index++) server.asterisk.press(channel, String(index % 10));
    await until(() => events.length === 1_001);
    const digits = events.flatMap((event) => (event.type === 'ChannelDtmfReceived' ? [event.digit] : []));
    expect(digits).toEqual(Array.from({ length: 1_000 }, (_, index) => String(index % 10)));
  });

  test('of unknown types come through, and change nothing', async () => {
    const { server, events, connection } = await givenConnected();
    server.sendRaw('{"type":"SomethingNew","surprise":{"x":[1]}}');
    await until(() => events.some(({ type }) => (type as string) === 'SomethingNew'));
    expect(connection.isReady).toBe(true);
  });

  test.each(['null', '5', '"text"', '[]', '{}', '{"type":7}', '{"type":"RESTResponse"}'])(
    'that are none (%s) do no harm',
    async (frame) => {
      const { server, connection, reported } = await givenConnected();
      server.sendRaw(frame);
      await until(() => connection.isReady);
      expect(await eventuallyPing(connection)).toMatchObject({ ping: 'pong' });
      expect(reported).toEqual([]);
    },
  );

  test('of an owner that fails do not end the connection', async () => {
    const seen: string[] = [];
    const { server, connection, reported } = await givenConnected();
    connection.ari.events.onUnowned((event) => {
      seen.push(event.type);
      if (event.type === 'StasisStart') throw new Error('a defect');
    });
    const channel = server.asterisk.dial();
    server.asterisk.press(channel, '1');
    await until(() => seen.includes('ChannelDtmfReceived'));
    expect(connection.isReady).toBe(true);
    expect(reported).toEqual([]);
  });

  test('larger than a megabyte come through', async () => {
    const { server, events } = await givenConnected();
    server.sendRaw(JSON.stringify({ type: 'ChannelUserevent', padding: 'x'.repeat(2_000_000) }));
    await until(() => events.some(({ type }) => type === 'ChannelUserevent'));
  });
});

describe('answers', () => {
  test('that are not JSON are the status they have', async () => {
    const { server, connection } = await givenConnected();
    server.asterisk.fault('ping', { isUnanswered: true, times: 1 });
    const waiting = connection.ari.ping().catch((error: unknown) => error);
    await until(() => server.asterisk.asked.includes('ping'));
    const answer = { type: 'RESTResponse', status_code: 404, message_body: '<html>Not here</html>' };
    for (const request_id of ['1', '2', '3']) server.sendRaw(JSON.stringify({ ...answer, request_id }));
    expect(await waiting).toMatchObject({ name: 'AriError', status: 404 });
  });

  test('that do not come in ten seconds are a failure, and may come later', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
    const { server, connection } = await givenConnected();
    server.asterisk.fault('ping', { delay: 11_000, times: 1 });
    const waiting = connection.ari.ping().catch((error: unknown) => error);
    await until(() => server.asterisk.asked.includes('ping'));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(await waiting).toMatchObject({
      name: 'AriError',
      status: 0,
      message: 'no answer to asterisk/ping',
    });
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await connection.ari.ping()).toMatchObject({ ping: 'pong' });
  });
});

async function eventuallyPing(connection: AriConnection): Promise<unknown> {
  for (;;) {
    await until(() => connection.isReady);
    try {
      return await connection.ari.ping();
    } catch {
      // The frame before it may have ended the connection.
    }
  }
}

describe('closing', () => {
  test.each(['websocket', 'http'] as const)('leaves no socket and no ping (%s)', async (transport) => {
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const { server, scope, connection, reported } = await givenConnected({ transport });
    server.asterisk.fault('ping', { isUnanswered: true });
    const waiting = connection.ari.ping().catch((error: unknown) => error);
    await until(() => server.asterisk.asked.includes('ping'));
    await scope.close();
    expect(await waiting).toMatchObject({ name: 'AriError', status: 0 });
    expect(connection.isConnected).toBe(false);
    await until(() => server.connections === 0 && vi.getTimerCount() === 0, {
      timeout: 30_000,
      what: () => `${server.connections} connections, ${vi.getTimerCount()} timers`,
    });
    expect(reported).toEqual([]);
  });

  test('ends an attempt that is under way, at once', async () => {
    const server = await givenServer();
    server.isDeaf = true;
    const { scope, warnings } = givenConnection(server);
    await until(() => server.attempts === 1);
    await scope.close();
    expect(warnings).toEqual([]);
    await until(() => server.connections === 0);
  });

  test('between two attempts ends the pause', async () => {
    const server = await givenServer();
    server.refusal = 503;
    const { scope } = givenConnection(server);
    await until(() => server.attempts >= 1);
    await scope.close();
    const before = server.attempts;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.attempts).toBe(before);
  });
});

describe('falling silent', () => {
  test('what is asked then reaches nobody and is not answered, what Asterisk says is heard by nobody', async () => {
    const { server, connection, events, scope, warnings } = await givenConnected();
    const asked = server.asterisk.asked.length;
    const heard = events.length;
    connection.fallSilent();
    expect(connection.isReady).toBe(false);
    const answers: unknown[] = [];
    const note = (answer: unknown) => void answers.push(answer);
    connection.ari.ping().then(note, note);
    server.asterisk.dial();
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(server.asterisk.asked).toHaveLength(asked);
    expect(events).toHaveLength(heard);
    expect({ answers, warnings }).toEqual({ answers: [], warnings: [] });
    await scope.close();
  });
});
