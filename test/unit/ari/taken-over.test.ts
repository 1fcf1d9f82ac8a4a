import { setTimeout as pause } from 'node:timers/promises';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { AriConnection } from '../../../src/ari/connection.ts';
import { holderOf } from '../../../src/ari/taken-over.ts';
import { type Log, silentLog } from '../../../src/core/log.ts';
import { Scope } from '../../../src/core/scope.ts';
import { FakeAriServer } from '../../support/fake-ari-server.ts';
import { eventually, until } from '../../support/until.ts';

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
});
afterEach(() => {
  vi.useRealTimers();
});

async function given() {
  const server = await FakeAriServer.open();
  const scope = new Scope(() => undefined);
  const said: unknown[] = [];
  const givenUp: boolean[] = [];
  const log: Log = { ...silentLog, error: (fields) => said.push(fields) };
  const connection: AriConnection = new AriConnection({
    ...{ url: server.url, user: server.user, password: server.password, app: server.asterisk.app },
    transport: 'websocket',
    log,
    onRestored: async () => undefined,
    onTakenOver: async () => {
      // Orders can still be given.
      givenUp.push((await connection.ari.channels()).length === 0 && !connection.isConnected);
    },
  });
  connection.start(scope);
  onTestFinished(async () => {
    await scope.close();
    await server.close();
  });
  await until(() => connection.isReady);
  return { server, connection, said, givenUp };
}

/** Lets so much time pass, and whatever is asked meanwhile be answered. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second++) {
    await vi.advanceTimersByTimeAsync(1_000);
    await pause(3);
  }
}

test('by another daemon: the calls are given up, it is said who has it, and it is left alone until that one goes', async () => {
  const { server, connection, said, givenUp } = await given();
  const other = server.takeOver('daemon');
  await until(() => givenUp.length === 1);
  expect(givenUp).toEqual([true]);
  const before = server.attempts;
  await eventually(() => pass(1).then(() => said.length > 0));
  expect(said).toEqual([{ url: server.url, app: 'ariflow', by: 'another daemon', channels: 0 }]);
  await pass(600);
  expect(server.attempts).toBe(before);
  expect(connection.problem).toMatch(/another client has taken over the application ariflow/);
  other[Symbol.dispose]();
  await eventually(() => pass(1).then(() => connection.isReady));
  expect(said).toHaveLength(1);
});

test('by a client that has gone: it is taken back', async () => {
  const { server, connection } = await given();
  server.takeOver()[Symbol.dispose]();
  await eventually(() => pass(1).then(() => connection.isReady));
});

test('by an unknown client that stays: it is taken back after a minute, and then after ever longer ones', async () => {
  const { server, connection, said } = await given();
  for (const patience of [60, 120, 240]) {
    const before = server.attempts;
    server.takeOver();
    await until(() => !connection.isReady);
    await pass(patience - 10);
    expect(server.attempts).toBe(before);
    await eventually(() => pass(1).then(() => connection.isReady), {
      what: `it to be back after ${patience} s`,
    });
  }
  expect(said).toHaveLength(3);
  expect(said[0]).toMatchObject({ by: 'an unknown client' });
});

test('whatever answers in the place of Asterisk says nothing of who has it', async () => {
  const { signal } = new AbortController();
  for (const answer of [undefined, {}, 'no JSON'])
    expect(await holderOf({ send: async () => answer }, 'ariflow', signal)).toBeUndefined();
});
