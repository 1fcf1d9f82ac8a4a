import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { mediaDirectory } from '../../src/config/media-directory.ts';
import type { OutgoingCall } from '../support/outgoing-call.ts';
import { TestPostgres } from '../support/postgres.ts';
import { type Daemon, spawnDaemon } from '../support/processes.ts';
import { isBusy, isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { eventually, until } from '../support/until.ts';
import { wallTime } from '../support/wall-time.ts';

// Two daemons on one PostgreSQL and one Asterisk: the second waits for its turn, and takes the calls over from the first.

const callers = isSoak ? 200 : isBusy ? 4 : 10;

let postgres: TestPostgres;
let system: System;
let folder: string;
const daemons: Daemon[] = [];

beforeAll(async () => {
  postgres = await TestPostgres.start();
  folder = mkdtempSync(join(tmpdir(), 'ariflow-rolling-'));
  const database = await postgres.createDatabase();
  // An Asterisk of the tests has room for 248 channels, and an echo takes two.
  const room = isSoak ? { ARIFLOW_RTP_PORTS: '15000-17999' } : {};
  system = await System.start({
    env: { ARIFLOW_DATABASE_URL: database, ARIFLOW_STOP: 'leave', ...room },
  });
  await system.flowOn('echo', [{ type: 'answer' }, { type: 'echo', option: { duration: 600_000 } }]);
}, 600_000);
afterAll(async () => {
  for (const daemon of daemons) {
    daemon.kill('SIGKILL');
    await daemon.exited;
  }
  await system?.[Symbol.asyncDispose]();
  await postgres?.stop();
  rmSync(folder, { recursive: true, force: true });
});

/** One more daemon in the Asterisk of the system, with a data directory of its own. */
async function joined(name: string): Promise<Daemon> {
  const { env, asterisk } = system;
  const daemon = await spawnDaemon(
    {
      ...env,
      ARIFLOW_DATA_DIR: join(folder, name),
      ARIFLOW_MEDIA_DIR: mediaDirectory(asterisk.config),
      ARIFLOW_ARI_PASSWORD: asterisk.ariPassword,
      ARIFLOW_API_TOKEN: asterisk.secrets.api_token,
    },
    { readyWithin: 0 },
  );
  daemons.push(daemon);
  await until(() => daemon.log.some(({ msg }) => msg === 'ari_not_connected'), {
    what: () => `the daemon to wait\n${daemon.describe()}`,
  });
  return daemon;
}

/** Somebody who hears himself. */
async function givenCaller(index: number): Promise<OutgoingCall> {
  const phone = await system.caller(`caller${index}`);
  const call = await phone.call('echo');
  await call.answered;
  const frequency = 400 + 40 * (index % 40);
  call.tone(frequency);
  await hearsNow(call, frequency, wallTime());
  return call;
}

/** What it heard last was said after this. */
async function hearsNow(call: OutgoingCall, frequency: number, since: number): Promise<void> {
  const hears = () => wallTime() > since + 300 && call.heard.hears(frequency);
  await until(hears, { what: () => `${frequency}: ${call.heard.describe()}` });
  call.silence();
}

async function succeeds(first: Daemon, second: Daemon, end: NodeJS.Signals, within: number): Promise<void> {
  const [calls, ids]: [OutgoingCall[], string[]] = [[], []];
  for (let index = 0; index < callers; index++) {
    calls.push(await givenCaller(index));
    ids.push(await system.callTo('echo'));
  }
  const states = await system.asterisk.cli('core show channels count');
  first.kill(end);
  await first.exited;
  const gone = performance.now();
  await eventually(async () => (await fetch(`${second.url}/readyz`)).ok, {
    what: () => `the second to serve\n${second.describe()}`,
  });
  expect(performance.now() - gone).toBeLessThan(within);
  expect(await system.asterisk.cli('core show channels count')).toBe(states);
  const since = wallTime();
  for (const [index, call] of calls.entries()) call.tone(500 + 40 * (index % 40));
  for (const [index, call] of calls.entries()) await hearsNow(call, 500 + 40 * (index % 40), since);
  for (const call of calls) {
    expect(call.isEnded).toBe(false);
    await call.bye();
  }
  for (const id of ids) {
    const history = await system.history(id);
    expect(history.filter((type) => type === 'call_hungup')).toHaveLength(1);
    const hungup = system.sink.eventsOf(id).find(({ type }) => type === 'call_hungup');
    expect(hungup?.data).toMatchObject({ hangup_by: 'remote', hangup_reason: 'normal' });
  }
}

test('the calls of a daemon that is stopped and leaves them go on in the next one', async () => {
  const second = await joined('second');
  await succeeds(system.daemon, second, 'SIGTERM', 8_000);
}, 600_000);

test('so do those of one that is killed, when its lease is over', async () => {
  const [serving] = daemons;
  const third = await joined('third');
  await succeeds(serving as Daemon, third, 'SIGKILL', 25_000);
}, 600_000);
