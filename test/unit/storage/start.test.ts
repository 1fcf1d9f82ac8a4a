import { mkdtempSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { instanceOf } from '../../../src/storage/instance.ts';
import { expectDatabase, rememberDatabase } from '../../../src/storage/known-database.ts';
import { openStore } from '../../../src/storage/open-store.ts';
import { withoutLiveStates } from '../../support/earlier-tables.ts';
import { givenCall, givenStored, ofCalls } from '../../support/store-records.ts';
import { eventually } from '../../support/until.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ariflow-start-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a daemon is the same instance after every start, and another one with another folder', () => {
  const instance = instanceOf(folder);
  expect(instanceOf(folder)).toBe(instance);
  expect(statSync(join(folder, 'instance')).mode & 0o777).toBe(0o600);
  const other = mkdtempSync(join(tmpdir(), 'ariflow-start-'));
  expect(instanceOf(other)).not.toBe(instance);
  rmSync(other, { recursive: true });
});

test('in a file of its own a daemon finds what any instance has left behind', async () => {
  const url = `sqlite:${join(folder, 'ariflow.db')}`;
  const store = await openStore(url, 'one');
  const call = givenCall();
  await store.commit({ live: ofCalls(call) });
  await store.close();
  const again = await openStore(url, 'two');
  expect(await again.calls.unfinished()).toEqual([{ record: call, state: undefined }]);
  await again.close();
});

test('whether a store can be written is answered in time, also where writing has to wait', async () => {
  const path = join(folder, 'ariflow.db');
  const store = await openStore(`sqlite:${path}`);
  expect(await store.trouble()).toBeUndefined();
  const other = new DatabaseSync(path);
  other.exec('begin immediate');
  await eventually(async () => (await store.trouble()) !== undefined);
  const began = performance.now();
  const answers = await Promise.all(Array.from({ length: 20 }, () => store.trouble()));
  expect(answers).not.toContain(undefined);
  expect(performance.now() - began).toBeLessThan(20_000);
  other.exec('rollback');
  other.close();
  await eventually(async () => (await store.trouble()) === undefined);
  await store.close();
});

test('a database that is moved away, or replaced, is no longer in its place; back again it is', async () => {
  const path = join(folder, 'ariflow.db');
  const store = await openStore(`sqlite:${path}`);
  expect(await store.isInPlace()).toBe(true);
  renameSync(path, `${path}.away`);
  expect(await store.isInPlace()).toBe(false);
  await eventually(async () => (await store.trouble()) === 'moved');
  writeFileSync(path, '');
  expect(await store.isInPlace()).toBe(false);
  renameSync(`${path}.away`, path);
  expect(await store.isInPlace()).toBe(true);
  await eventually(async () => (await store.trouble()) === undefined);
  await store.close();
});

test('where the database of the last start is gone there is no start without a word', () => {
  const path = join(folder, 'ariflow.db');
  const url = `sqlite:${path}`;
  expectDatabase(folder, url, false); // the first start
  writeFileSync(path, '');
  rememberDatabase(folder, url);
  expectDatabase(folder, url, false);
  rmSync(path);
  expect(() => expectDatabase(folder, url, false)).toThrow(`the database ${path} is gone`);
  expectDatabase(folder, url, true);
  // Another database is another matter, and so is one in memory or on a server.
  for (const other of [`sqlite:${path}2`, 'sqlite::memory:', 'postgres://there/db']) {
    expectDatabase(folder, other, false);
    rememberDatabase(folder, other);
  }
});

/** What migration 0011 has changed, undone: the database is as the version before has left it. */
const beforeByCall = [
  ...withoutLiveStates,
  'drop index activeflows_reference',
  'alter table activeflows drop column reference_id',
  'drop index deliveries_call',
  'alter table deliveries drop column call_id',
  "delete from kysely_migration where name = '0011-by-call'",
];

test('what an earlier version has written is found by its call', async () => {
  const path = join(folder, 'ariflow.db');
  const store = await openStore(`sqlite:${path}`);
  const [call, stored] = [givenCall(), givenStored()];
  const delivery = { endpointId: 'e', type: 'call_created', body: '{}', createdAt: 1 };
  await store.commit({
    live: [...ofCalls(call), stored],
    deliveries: [
      { ...delivery, id: 'of-call', lane: call.id },
      { ...delivery, id: 'of-agent', lane: 'agent' },
    ],
  });
  await store.close();
  const earlier = new DatabaseSync(path);
  for (const statement of beforeByCall) earlier.exec(statement);
  earlier.close();
  const again = await openStore(`sqlite:${path}`);
  const { reference_id } = stored.record;
  expect((await again.activeflows.list({ size: 9 }, { reference_id })).result).toMatchObject([stored.record]);
  const found = await again.outbox.list({ callId: call.id, limit: 9 });
  expect(found.map(({ id }) => id)).toEqual(['of-call']);
  await again.close();
});

test('what is about a call is found by an index, without reading the rest', async () => {
  const path = join(folder, 'ariflow.db');
  await (await openStore(`sqlite:${path}`)).close();
  const database = new DatabaseSync(path);
  const never = "tm_delete = '9999-01-01 00:00:00.000000'";
  const newest = 'order by tm_create desc, id desc limit 9';
  const plan = (query: string) =>
    database
      .prepare(`explain query plan ${query}`)
      .all('x')
      .map(({ detail }) => detail)
      .join();
  expect(plan(`select record from activeflows where reference_id = ? ${newest}`)).toMatch(
    /^SEARCH activeflows USING INDEX activeflows_reference/,
  );
  expect(plan(`select record from recordings where ${never} and reference_id = ? ${newest}`)).toMatch(
    /^SEARCH recordings USING INDEX recordings_call/,
  );
  expect(plan(`select record from transcripts where transcribe_id = ? ${newest}`)).toMatch(
    /^SEARCH transcripts USING INDEX transcripts_transcribe/,
  );
  for (const more of ['', "and endpoint_id = 'e'", "and state = 'dead'"])
    expect(plan(`select body from deliveries where call_id = ? ${more} order by seq desc limit 9`)).toMatch(
      /^SEARCH deliveries USING INDEX deliveries_call/,
    );
  database.close();
});
