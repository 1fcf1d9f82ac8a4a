import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { TestPostgres } from '../support/postgres.ts';
import { spawnDaemon } from '../support/processes.ts';
import { isSoak } from '../support/scale.ts';
import { System } from '../support/system.ts';
import { created, expectWhole } from '../support/told.ts';
import { eventually, until } from '../support/until.ts';

const run = promisify(execFile);

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await TestPostgres.start();
}, 300_000);
afterAll(() => postgres.stop());

/** What can happen to a store while calls go on. */
interface Trouble {
  readonly name: string;
  /** Whether what is stored can be read meanwhile, so that new calls find their flow. */
  readonly isReadable: boolean;
  env(): Promise<Record<string, string>>;
  begin(system: System): Promise<() => Promise<unknown>>;
}

const troubles: readonly Trouble[] = [
  {
    name: 'a full disk',
    isReadable: true,
    env: async () => ({}),
    // No file may grow: the same to SQLite as a disk without room.
    begin: async ({ daemon }) => {
      const limit = (bytes: string) => run('prlimit', ['--pid', String(daemon.pid), `--fsize=${bytes}:`]);
      await limit('1');
      return () => limit('unlimited');
    },
  },
  {
    name: 'a database that somebody has locked',
    isReadable: true,
    env: async () => ({}),
    begin: async ({ asterisk }) => {
      const other = new DatabaseSync(join(asterisk.dataDir, 'ariflow.db'), { timeout: 5_000 });
      other.exec('begin immediate');
      return async () => other.close();
    },
  },
  {
    name: 'a PostgreSQL that is away',
    isReadable: false,
    env: async () => ({ ARIFLOW_DATABASE_URL: await postgres.createDatabase() }),
    begin: async () => {
      await postgres.crash();
      return () => postgres.start();
    },
  },
];

for (const { name, isReadable, env: more, begin } of troubles) {
  test(`${name}: calls go on, readyz says 503, and then every event arrives`, async () => {
    await using system = await System.start({ env: await more() });
    await system.flowOn('short', [{ type: 'answer' }, { type: 'beep' }, { type: 'hangup' }]);
    const pause = { type: 'sleep', option: { duration: 2_500 } };
    await system.flowOn('long', [{ type: 'answer' }, pause, { type: 'beep' }, pause, { type: 'hangup' }]);
    const phone = await system.caller();
    const call = await phone.call('long');
    await call.answered;
    const callId = await system.callTo('long');
    await until(() => system.sink.types(system.sink.eventsOf(callId)).includes('call_answered'));

    const end = await begin(system);
    await eventually(async () => (await readyz(system)) === 503, { what: 'readyz to be 503' });
    const { reasons } = (await (await fetch(`${system.daemon.url}/readyz`)).json()) as { reasons: string[] };
    expect(reasons.join()).toMatch(/^store_(full|busy|slow|unreachable|failed)$/);
    expect(await system.api.post('/v1.0/flows', { name: 'x' })).toMatchObject({ status: 503 });
    const other = isReadable ? await (await system.caller('other')).call('short') : undefined;
    await other?.answered;
    expect(await call.ended).toMatchObject({ by: 'them', how: 'BYE', reason: 'Q.850;cause=16' });
    expect(system.sink.types(system.sink.eventsOf(callId))).not.toContain('call_hungup');
    if (isSoak) await wait(60_000);
    await end();

    await eventually(async () => (await readyz(system)) === 200, { what: 'readyz to be 200' });
    await system.history(callId);
    if (other) await system.history(await system.callTo('short'));
    for (const id of created(system)) expectWhole(system.sink.eventsOf(id), id);
    expect(created(system)).toHaveLength(other ? 2 : 1);
    const again = await (await system.caller('again')).call('short');
    expect(await again.ended).toMatchObject({ by: 'them', how: 'BYE' });
  });
}

test('a database that is damaged: the daemon says which and ends, for whoever supervises it', async () => {
  await using system = await System.start();
  const file = join(system.asterisk.dataDir, 'damaged.db');
  writeFileSync(file, 'this is no database, however long one looks at it. '.repeat(100));
  const place = {
    ARIFLOW_DATA_DIR: join(system.asterisk.dataDir, 'other'),
    ARIFLOW_DATABASE_URL: `sqlite:${file}`,
  };
  const env = { ...system.env, ...place };
  await using daemon = await spawnDaemon(env, { readyWithin: 0 });
  expect(await daemon.exited).toMatchObject({ code: 1 });
  expect(daemon.errorOutput.join('\n')).toContain(`cannot use the database ${file}`);
});

test('two daemons on one PostgreSQL: webhooks of one hold for the other, and neither ends the calls of the other', async () => {
  const env = { ARIFLOW_DATABASE_URL: await postgres.createDatabase() };
  await using one = await System.start({ env });
  await one.flowOn('short', [{ type: 'answer' }, { type: 'hangup' }]);
  await one.flowOn('long', [{ type: 'answer' }, { type: 'sleep', option: { duration: 60_000 } }]);
  const call = await (await one.caller()).call('long');
  await call.answered;
  const callId = await one.callTo('long');

  await using two = await System.start({ env, isWatched: false });
  await two.watch();
  const phone = await one.caller('again');
  const isHeard = async (): Promise<boolean> => {
    await (await phone.call('short')).ended;
    return two.sink.requests.length > 0;
  };
  await eventually(isHeard, { timeout: 20_000, what: 'a webhook made at one daemon to hear of the other' });
  await call.bye();
  await one.history(callId);
  expectWhole(one.sink.eventsOf(callId), callId);
  expect(one.sink.eventsOf(callId).find(({ type }) => type === 'call_hungup')?.data).toMatchObject({
    hangup_by: 'remote',
  });
});

const readyz = async ({ daemon }: System): Promise<number> => (await fetch(`${daemon.url}/readyz`)).status;
