import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { type Dialled, FaultySystem } from '../support/faulty-system.ts';
import { isSoak } from '../support/scale.ts';
import type { System } from '../support/system.ts';
import { expectWhole } from '../support/told.ts';
import { eventually, until } from '../support/until.ts';

// The way to Asterisk is cut, half open, slow or refused, or the daemon itself stands still: calls go on, or end and are told.

let faulty: FaultySystem;
let system: System;

const torn = [
  ...[
    /ari_not_connected/,
    /Web socket closed abruptly/,
    /WebSocket read error/,
    /Error reading from web socket/,
    /orphan_/,
    /"code":"[A-Z_]+"/,
  ],
  ...[/_failed"/, /Web socket write/, /websocket.*timeout/i, /Stasis app .* not active/],
];

beforeAll(async () => {
  faulty = await FaultySystem.start();
  ({ system } = faulty);
  await system.flowOn('long', [
    { type: 'answer' },
    { type: 'digits_receive', option: { duration: 60_000, length: 1 } },
    { type: 'beep' },
    { type: 'hangup' },
  ]);
});
afterEach(() => system.quiet(torn));
afterAll(() => faulty?.[Symbol.asyncDispose]());

const readyz = async (): Promise<number> => (await fetch(`${system.daemon.url}/readyz`)).status;

async function isReady(timeout = 30_000): Promise<void> {
  await eventually(async () => (await readyz()) === 200, { timeout, what: 'readyz to be 200' });
}

/** Presses a key, hears the beep that is behind it, and is hung up, all told once. */
async function goesOn({ call, callId }: Dialled): Promise<void> {
  expect(call.isEnded).toBe(false);
  const before = call.heard.sounds().length;
  await call.digits('5');
  expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE', reason: 'Q.850;cause=16' });
  expect(call.heard.sounds().length).toBeGreaterThan(before);
  await isTold(callId);
}

async function isTold(callId: string): Promise<void> {
  await system.history(callId);
  expectWhole(system.sink.eventsOf(callId), callId);
}

async function isLost(): Promise<void> {
  await eventually(async () => (await readyz()) === 503, { what: 'readyz to be 503', timeout: 40_000 });
}

test.each([
  ['all sockets', /./],
  ['the socket of the events', /^ariflow$/],
  ['the second lane', /-lane-\d+-2$/],
])('%s cut: the call goes on, and so do new ones', async (_, apps) => {
  const one = await faulty.dial('long');
  faulty.proxy.cut(apps);
  await isLost();
  await isReady();
  await goesOn(one);
  await goesOn(await faulty.dial('long'));
});

test('cut again and again while calls come, talk and go: each is told once', async () => {
  const calls: Dialled[] = [];
  for (let count = 0; count < 6; count++) {
    calls.push(await faulty.dial('long'));
    faulty.proxy.cut();
    await isReady();
  }
  const [first, second, ...others] = calls;
  if (!first || !second) throw new Error('there are six');
  faulty.proxy.cut();
  await Promise.all([first.call.bye(), second.call.bye()]);
  await Promise.all([first, second].map(({ callId }) => isTold(callId)));
  await isReady();
  for (const each of others) await goesOn(each);
});

describe('half open', () => {
  test('it is noticed, and whoever hung up meanwhile is over', async () => {
    const [gone, stays] = [await faulty.dial('long'), await faulty.dial('long')];
    faulty.proxy.forget();
    await gone.call.bye();
    await isLost();
    await isReady();
    await isTold(gone.callId);
    await goesOn(stays);
  });

  // Half a minute of nothing.
  if (isSoak)
    test('and new connections are not answered: the calls are over after half a minute, and hung up when it is back', async () => {
      const { call, callId } = await faulty.dial('long');
      faulty.proxy.isDeaf = true;
      faulty.proxy.cut();
      await system.sink.waitFor(
        ({ type, data }) => type === 'activeflow_deleted' && data.reference_id === callId,
        { timeout: 60_000 },
      );
      faulty.proxy.heal();
      await isReady();
      await until(() => call.isEnded, { what: 'the caller to be hung up' });
      await isTold(callId);
    });
});

test('refused, as where no process listens any more: the calls are over within 5 s, and hung up should they be there', async () => {
  const { call, callId } = await faulty.dial('long');
  const began = performance.now();
  await faulty.proxy.shut();
  await system.history(callId);
  expect(performance.now() - began).toBeLessThan(5_000);
  await faulty.proxy.open();
  await isReady();
  await until(() => call.isEnded, { what: 'the caller to be hung up' });
  await isTold(callId);
});

test('slow: what takes 400 ms both ways takes long, and goes its way', async () => {
  faulty.proxy.latency = 400;
  const one = await faulty.dial('long');
  await pause(1_000);
  await goesOn(one);
  faulty.proxy.heal();
});

test('a daemon that stands still for a while: what has happened meanwhile counts, whoever came in is served', async () => {
  const [stays, goes] = [await faulty.dial('long'), await faulty.dial('long')];
  system.daemon.kill('SIGSTOP');
  const phone = await system.caller();
  const calling = phone.call('long');
  await goes.call.bye();
  await stays.call.digits('5');
  await pause(8_000);
  system.daemon.kill('SIGCONT');
  await isTold(goes.callId);
  expect(await stays.call.ended).toMatchObject({ by: 'them', how: 'BYE', reason: 'Q.850;cause=16' });
  await isTold(stays.callId);
  const call = await calling;
  await call.answered;
  await goesOn({ call, callId: await system.callTo('long') });
});
