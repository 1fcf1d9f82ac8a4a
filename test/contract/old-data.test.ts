import { copyFileSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Answer, everyAnswer, read } from '../support/old-data/answers.ts';
import { differences } from '../support/old-data/differences.ts';
import { TestPostgres } from '../support/postgres.ts';
import { eventually } from '../support/until.ts';
import { givenWholeDaemon } from '../support/whole-daemon.ts';

// What an earlier release has left, killed while calls lived, is what a later one starts with. Each release has a folder with its
// databases and what itself answered of them after the kill; test/support/old-data/make.ts makes it.

const folder = join(import.meta.dirname, '..', 'fixtures', 'old-data');
const releases = readdirSync(folder);

let postgres: TestPostgres;
beforeAll(async () => {
  postgres = await TestPostgres.start();
}, 300_000);
afterAll(() => postgres?.stop());

/** A copy of a database. */
interface Restored {
  /** What the daemon is told of it. */
  readonly env: Readonly<Record<string, string>>;
  readonly query: (sql: string) => Promise<readonly unknown[]>;
}

/** Puts a copy of the database where the daemon finds it. */
type Restore = (from: string, dataDir: string) => Promise<Restored>;

const engines: Readonly<Record<string, Restore>> = {
  sqlite: async (from, dataDir) => {
    const file = join(dataDir, 'ariflow.db');
    copyFileSync(join(from, 'ariflow.db'), file);
    return {
      env: {},
      query: async (sql) => {
        const database = new DatabaseSync(file);
        const rows = database.prepare(sql).all();
        database.close();
        return rows;
      },
    };
  },
  postgres: async (from) => {
    const url = await postgres.createDatabase();
    await postgres.query(readFileSync(join(from, 'ariflow.sql'), 'utf8'), url);
    return { env: { ARIFLOW_DATABASE_URL: url }, query: (sql) => postgres.query(sql, url) };
  },
};

/** What is kept that REST does not show. */
const kept = [
  'select * from user_variables order by id',
  ...['later_calls', 'later_requests'].map(
    (table) => `select id, record, tm_create, lease_until from ${table} order by id`,
  ),
];

/** On an Asterisk in which there is no call any more; with the copy it is on, and what was kept there before. */
async function givenDaemonOn(from: string, restore: Restore) {
  let restored: Restored | undefined;
  let before: readonly unknown[] = [];
  const daemon = await givenWholeDaemon(
    {
      ARIFLOW_OUTBOUND_ALLOW: '+',
      ARIFLOW_TRUNK_URI: 'sip:127.0.0.1',
      ARIFLOW_WEBHOOK_ALLOW: '127.0.0.0/8',
      ARIFLOW_WEBHOOK_SCHEDULE: '1h',
      ARIFLOW_WEBHOOK_DISABLE_AFTER: '365d',
    },
    async (dataDir) => {
      mkdirSync(dataDir, { recursive: true, mode: 0o700 });
      copyFileSync(join(from, 'instance'), join(dataDir, 'instance'));
      restored = await restore(from, dataDir);
      before = await keptIn(restored);
      return restored.env;
    },
  );
  return { daemon, before, now: () => keptIn(restored!) };
}

async function keptIn({ query }: Restored): Promise<readonly unknown[]> {
  return Promise.all(kept.map(query));
}

describe.each(releases)('the data of %s', (release) => {
  test.each(Object.entries(engines))(
    'on %s: every list and every record is answered as before, new fields behind',
    async (engine, restore) => {
      const from = join(folder, release, engine);
      const [killed, ...before] = read(readFileSync(join(from, 'answers.txt'), 'utf8')) as [
        Answer,
        ...Answer[],
      ];
      expect(before.length).toBeGreaterThan(100);
      const given = await givenDaemonOn(from, restore);
      await using daemon = given.daemon;
      let found: readonly string[] = [];
      const isAsBefore = async (): Promise<boolean> => {
        const now = await everyAnswer({ url: daemon.url, token: daemon.token }, killed.body);
        found = differences(before, now, killed.body);
        return found.length === 0;
      };
      // What the start ends is told a little later.
      await eventually(isAsBefore, { timeout: 10_000 }).catch(() => expect(found).toEqual([]));
      expect(await given.now()).toEqual(given.before);
      expect(given.before.flat().length).toBeGreaterThan(2);
      expect(daemon.defects).toEqual([]);
    },
  );
});
