import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Daemon, spawnDaemon } from '../support/processes.ts';
import { System } from '../support/system.ts';
import { expectWhole } from '../support/told.ts';
import { eventually, until } from '../support/until.ts';

// Somebody else registers our application: whatever he is, our calls are over, and told, and there is no fight about it.

let system: System;

beforeAll(async () => {
  system = await System.start({ env: { ARIFLOW_ARI_TRANSPORT: 'websocket' } });
  await system.flowOn('long', [{ type: 'answer' }, { type: 'sleep', option: { duration: 60_000 } }]);
});
afterEach(() =>
  system.quiet([
    ...[
      /ari_not_connected/,
      /application_taken_over/,
      /Stasis app .* not active/,
      /Stasis app .* not registered/,
    ],
    ...[/Web socket closed abruptly/, /WebSocket read error/],
  ]),
);
afterAll(() => system?.[Symbol.asyncDispose]());

const isReady = async ({ url }: Pick<Daemon, 'url'>): Promise<boolean> =>
  (await fetch(`${url}/readyz`)).status === 200;

/** A call that is answered. */
async function dial() {
  const call = await (await system.caller()).call('long');
  await call.answered;
  return { call, callId: await system.callTo('long') };
}

const said = (event: string) => system.daemon.log.filter(({ msg }) => msg === event);

test('by a visitor who goes again: the call is hung up and told, he is named as far as he can be, and all is as before', async () => {
  const { call, callId } = await dial();
  const { ariUrl, ariUser, ariPassword } = system.asterisk;
  const authorization = `Basic ${Buffer.from(`${ariUser}:${ariPassword}`).toString('base64')}`;
  const url = `${ariUrl.replace(/^http/, 'ws')}/events?app=ariflow`;
  const visitor = new WebSocket(url, { headers: { authorization } });
  await once(visitor, 'open');
  expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
  await system.history(callId);
  expectWhole(system.sink.eventsOf(callId), callId);
  expect(system.sink.eventsOf(callId).find(({ type }) => type === 'call_hungup')?.data).toMatchObject({
    hangup_by: 'local',
    hangup_reason: 'failed',
  });
  await until(() => said('application_taken_over').length === 1, { what: 'a line of who has it' });
  expect(said('application_taken_over')[0]).toMatchObject({ app: 'ariflow', by: 'an unknown client' });
  expect(await isReady(system.daemon)).toBe(false);
  visitor.close();
  await eventually(() => isReady(system.daemon), { what: 'the daemon to be ready again' });
  const again = await dial();
  await again.call.bye();
  await system.history(again.callId);
});

test('by a second daemon: the first waits while that one serves, and serves again when it is gone', async () => {
  const { call, callId } = await dial();
  const folder = mkdtempSync(join(tmpdir(), 'ariflow-second-'));
  try {
    const second = await spawnDaemon({
      ...system.env,
      ARIFLOW_DATA_DIR: folder,
      ARIFLOW_ARI_PASSWORD: system.asterisk.ariPassword,
    });
    expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE' });
    await system.history(callId);
    expectWhole(system.sink.eventsOf(callId), callId);
    await until(() => said('application_taken_over').length === 2, { what: 'a line of who has it' });
    expect(said('application_taken_over')[1]).toMatchObject({ by: 'another daemon' });
    await new Promise((resolve) => setTimeout(resolve, 8_000));
    expect([await isReady(system.daemon), await isReady(second)]).toEqual([false, true]);
    await second.stop();
    await eventually(() => isReady(system.daemon), { what: 'the first to be ready again' });
    const again = await dial();
    await again.call.bye();
    await system.history(again.callId);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
