import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readingEvents } from '../support/event-reader.ts';
import { sipp } from '../support/sipp.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';

let system: System;

beforeAll(async () => {
  system = await System.start();
});
afterEach(() => system.quiet());
afterAll(() => system[Symbol.asyncDispose]());

test('beside readers of whom some never read, calls go as ever, and whoever reads is told of each', async () => {
  const calls = 40;
  await system.flowOn('2401', [{ type: 'answer' }, { type: 'beep' }, { type: 'hangup' }]);
  const { url } = system.daemon;
  const authorization = `Bearer ${system.asterisk.secrets.api_token}`;
  const readers = await Promise.all(
    Array.from({ length: 8 }, () =>
      readingEvents(`${url}/v1.0/events/stream?type=call_hungup`, { authorization }),
    ),
  );
  const idle = Array.from({ length: 2 }, () => {
    const socket = connect(Number(new URL(url).port), '127.0.0.1');
    socket.pause();
    socket.write(`GET /v1.0/events/stream HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n\r\n`);
    return socket;
  });
  await Promise.all(idle.map((socket) => once(socket, 'connect')));
  const load = await sipp('answer-and-wait-bye', {
    ...{ remote: `127.0.0.1:${system.asterisk.sipPort}`, number: '2401', calls, rate: 20, limit: calls },
  });
  expect(load).toMatchObject({ successful: calls, failed: 0 });
  await eventually(async () => (await system.figure('ariflow_calls_live')) === 0, {
    what: 'all to have ended',
  });
  for (const reader of readers) {
    await until(() => reader.told().length >= calls, { what: 'all to be told' });
    expect(new Set(reader.told().map(({ data }) => data.id)).size).toBe(calls);
    await reader[Symbol.asyncDispose]();
  }
  for (const socket of idle) socket.destroy();
});
