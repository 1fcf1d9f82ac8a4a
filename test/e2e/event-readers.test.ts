import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readingEvents } from '../support/event-reader.ts';
import { isSoak } from '../support/scale.ts';
import { sipp } from '../support/sipp.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';

let system: System;

beforeAll(async () => {
  system = await System.start();
});
afterEach(() => system.quiet());
afterAll(() => system[Symbol.asyncDispose]());

/** Calls, who is told of them, and who is but never reads: what all are told of so many calls is more than is kept for those. */
const [calls, reading, idling] = isSoak ? [2_000, 40, 10] : [40, 8, 2];

/** Megabytes that the daemon has in memory now, or has had at most. */
function memory(which: 'VmRSS' | 'VmHWM'): number {
  const status = readFileSync(`/proc/${system.daemon.pid}/status`, 'utf8');
  return Number(new RegExp(`^${which}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1_024;
}

test(`beside ${reading + idling} readers of whom ${idling} never read, calls go on as ever, and whoever reads is told of each`, async () => {
  await system.flowOn('2401', [{ type: 'answer' }, { type: 'beep' }, { type: 'hangup' }]);
  const { url } = system.daemon;
  const authorization = `Bearer ${system.asterisk.secrets.api_token}`;
  const readers = await Promise.all(
    Array.from({ length: reading }, () =>
      readingEvents(`${url}/v1.0/events/stream?type=call_hungup`, { authorization }),
    ),
  );
  // Each asks in words of his own: those who ask alike are sent the same pieces of memory.
  const idle = Array.from({ length: idling }, (_, index) => {
    const path = `/v1.0/events/stream?type=${Array(index + 1).fill('*')}`;
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
    socket.pause();
    socket.write(`GET ${path} HTTP/1.1\r\nhost: x\r\nauthorization: ${authorization}\r\n\r\n`);
    return socket;
  });
  await Promise.all(idle.map((socket) => once(socket, 'connect')));
  const before = memory('VmRSS');
  const load = await sipp('answer-and-wait-bye', {
    ...{ remote: `127.0.0.1:${system.asterisk.sipPort}`, number: '2401', calls, rate: 20, limit: calls },
    timeout: 300_000,
  });
  expect(load, load.errors).toMatchObject({ successful: calls, failed: 0 });
  await eventually(async () => (await system.figure('ariflow_calls_live')) === 0, {
    what: 'all to have ended',
  });
  for (const reader of readers) {
    const told = () => reader.events.filter(({ data }) => data !== '').length;
    await until(() => told() >= calls, { what: 'all to be told' });
    expect(new Set(reader.told().map(({ data }) => data.id)).size).toBe(calls);
    await reader[Symbol.asyncDispose]();
  }
  // Of 2 000 calls, 240 MB would wait for those who do not read.
  expect(memory('VmHWM') - before).toBeLessThan(200);
  for (const socket of idle) socket.destroy();
}, 400_000);
