import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, test, vi } from 'vitest';
import { openStore } from '../../../src/storage/open-store.ts';
import { SqliteThread } from '../../../src/storage/sqlite-thread.ts';
import { givenWholeDaemon } from '../../support/whole-daemon.ts';

/** What grows with every call and message, and stays for weeks. */
const growing = [
  ...['calls', 'activeflows', 'deliveries', 'recordings', 'queuecalls', 'conferencecalls', 'confbridges'],
  ...['external_medias', 'transcribes', 'transcripts', 'messages', 'conversations', 'voicemails'],
];

/** Every text of SQL in a request, however it is packed. */
function queriesIn(request: unknown): string[] {
  if (typeof request !== 'object' || request === null) return [];
  return Object.entries(request).flatMap(([key, value]) =>
    key === 'sql' ? [String(value)] : queriesIn(value),
  );
}

/** The steps of a query that read a whole table of these, or a whole index that is one of all its rows. */
function wholeTables(database: DatabaseSync, query: string): string[] {
  const ofFew = database
    .prepare("select name from sqlite_master where type = 'index' and sql like '% where %'")
    .all();
  const isWhole = (step: string): boolean =>
    growing.some((table) => new RegExp(`^SCAN ${table}\\b`).test(step)) &&
    !ofFew.some(({ name }) => new RegExp(`INDEX ${String(name)}\\b`).test(step));
  const given = Array.from(query.matchAll(/\?/g), () => 1);
  const steps = database.prepare(`explain query plan ${query}`).all(...given);
  return steps.map(({ detail }) => `${String(detail)}: ${query}`).filter(isWhole);
}

test('a start reads what is stored by indexes only: a million calls that are over take it no time', async () => {
  const asked = vi.spyOn(SqliteThread.prototype, 'ask');
  let path = '';
  await using daemon = await givenWholeDaemon({}, async (dataDir) => {
    path = join(dataDir, 'ariflow.db');
    await (await openStore(`sqlite:${path}`)).close(); // its tables are made in another start
    asked.mockClear();
    return {};
  });
  const queries = [...new Set(asked.mock.calls.flatMap(([request]) => queriesIn(request)))];
  asked.mockRestore();
  expect(daemon.defects).toEqual([]);
  expect(queries.filter((query) => query.includes('from "calls"'))).not.toEqual([]);
  using database = new DatabaseSync(path, { readOnly: true });
  const planned = queries.filter((query) => /^\s*(with|select|update|delete)\b/i.test(query));
  expect(planned.flatMap((query) => wholeTables(database, query))).toEqual([]);
});
