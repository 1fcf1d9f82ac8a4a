import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Worker } from 'node:worker_threads';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { StoreError } from '../../../src/core/store-error.ts';
import { openStore } from '../../../src/storage/open-store.ts';
import { sqliteError } from '../../../src/storage/sqlite-failure.ts';
import { SqliteThread } from '../../../src/storage/sqlite-thread.ts';
import { givenCall, givenFlow, ofCalls } from '../../support/store-records.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ariflow-sqlite-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('the folder is made, and nobody else may read the file', async () => {
  const path = join(folder, 'a', 'b', 'ariflow.db');
  const store = await openStore(`sqlite:${path}`);
  await store.flows.insert(givenFlow());
  for (const suffix of ['', '-wal', '-shm']) expect(statSync(path + suffix).mode & 0o777).toBe(0o600);
  await store.close();
});

test('a database in memory works like a file', async () => {
  const store = await openStore('sqlite::memory:');
  const flow = givenFlow();
  await store.flows.insert(flow);
  expect(await store.flows.get(flow.id)).toEqual(flow);
  await store.close();
});

test('a file that is no database, or not to be opened, is named by the error', async () => {
  const garbage = join(folder, 'garbage.db');
  writeFileSync(garbage, 'this is no database, however long one looks at it. '.repeat(100));
  await expect(openStore(`sqlite:${garbage}`)).rejects.toMatchObject({
    problem: 'corrupt',
    message: expect.stringContaining(`${garbage}: SQLite: file is not a database`),
  });
  await expect(openStore(`sqlite:${folder}`)).rejects.toThrow(folder);
  const missing = join(garbage, 'x.db');
  await expect(openStore(`sqlite:${missing}`)).rejects.toThrow(missing);
});

test('a database that a newer version has changed is refused', async () => {
  const path = join(folder, 'ariflow.db');
  await (await openStore(`sqlite:${path}`)).close();
  const database = new DatabaseSync(path);
  database.exec("insert into kysely_migration values ('9999-later', '2099-01-01')");
  database.close();
  await expect(openStore(`sqlite:${path}`)).rejects.toThrow(path);
});

test('a full store says so, still reads, and works again once there is room', async () => {
  const path = join(folder, 'ariflow.db');
  const store = await openStore(`sqlite:${path}`);
  const call = givenCall();
  await store.commit({ live: ofCalls(call) });
  await store.close();
  const thread = new SqliteThread(path);
  const run = (sql: string) => thread.ask({ kind: 'run', statement: { sql, values: [] } });
  await run('pragma max_page_count = 1');
  const big = `insert into flows (id, record, tm_create, tm_update, tm_delete) values ('x', '${'x'.repeat(100_000)}', '', '', '')`;
  await expect(run(big)).rejects.toMatchObject({ problem: 'full', isRetryable: true });
  await expect(thread.ask({ kind: 'batch', statements: [{ sql: big, values: [] }] })).rejects.toMatchObject({
    problem: 'full',
  });
  expect((await run('select id from calls')).rows).toEqual([{ id: call.id }]);
  await run('pragma max_page_count = 100000');
  await thread.ask({ kind: 'batch', statements: [{ sql: big, values: [] }] });
  await thread.close();
});

test('a thread that dies fails what it was asked and is replaced at the next request', async () => {
  const workers: Worker[] = [];
  const remember = (worker: Worker) => workers.push(worker);
  process.on('worker', remember);
  const thread = new SqliteThread(join(folder, 'ariflow.db'));
  const run = (sql: string) => thread.ask({ kind: 'run', statement: { sql, values: [] } });
  await run('create table t (x)');
  const dying = run('insert into t values (1)');
  const terminated = workers[0]?.terminate();
  const outcome = await dying.then(
    () => 'written',
    (error: unknown) => (error as StoreError).problem,
  );
  expect(['written', 'unreachable']).toContain(outcome);
  await terminated;
  const { rows } = await run('select x from t');
  expect(rows.length).toBeGreaterThanOrEqual(outcome === 'written' ? 1 : 0);
  expect(workers).toHaveLength(2);
  process.off('worker', remember);
  await thread.close();
  await expect(run('select 1')).rejects.toMatchObject({ problem: 'closed' });
});

test('the main thread goes on while the store waits for a lock', async () => {
  const path = join(folder, 'ariflow.db');
  const store = await openStore(`sqlite:${path}`);
  const other = new DatabaseSync(path);
  other.exec('begin immediate');
  const writing = store.flows.insert(givenFlow());
  const started = performance.now();
  await new Promise((resolve) => setImmediate(resolve));
  expect(performance.now() - started).toBeLessThan(4_000); // it waits for five seconds
  other.exec('rollback');
  other.close();
  await writing;
  await store.close();
});

test('a kill in the middle of writing loses nothing that was committed', async () => {
  const path = join(folder, 'ariflow.db');
  const source = (file: string) => JSON.stringify(new URL(`../../../${file}`, import.meta.url).href);
  const program = `
    const { openStore } = await import(${source('src/storage/open-store.ts')});
    const { givenCall } = await import(${source('test/support/store-records.ts')});
    const store = await openStore('sqlite:${path}');
    for (;;) {
      const calls = Array.from({ length: 10 }, () => givenCall());
      await store.commit({ live: calls.map((record) => ({ kind: 'calls', record })) });
      process.stdout.write(calls.map(({ id }) => id + '\\n').join(''));
    }`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => {
    output += chunk;
    if (output.length > 20_000) child.kill('SIGKILL');
  });
  await once(child, 'close');
  const committed = output.split('\n').slice(0, -1);
  const store = await openStore(`sqlite:${path}`);
  expect(committed.length).toBeGreaterThan(500);
  for (const id of committed) expect(await store.calls.get(id), id).toBeDefined();
  const unfinished = await store.calls.unfinished();
  expect(unfinished.length % 10).toBe(0);
  await store.close();
});

test('what SQLite says is known by its code', () => {
  const problem = (code: number) => sqliteError({ code, message: '' }).problem;
  expect([5, 517, 6, 13, 10, 778, 14, 8, 11, 26, 1555, 2067, 1299, 1, 0].map(problem)).toEqual([
    ...['busy', 'busy', 'busy', 'full', 'unreachable', 'unreachable', 'unreachable', 'unreachable'],
    ...['corrupt', 'corrupt', 'conflict', 'conflict', 'failed', 'failed', 'unreachable'],
  ]);
});

test('an error says nothing about files or SQL to whoever asked', () => {
  const error = sqliteError({ code: 14, message: 'unable to open database file: /secret/path' });
  expect(error.message).not.toContain('secret');
  expect(String(error.cause)).toContain('secret');
});

test('a path that cannot be a file is named', async () => {
  const path = join(folder, 'taken');
  mkdirSync(path);
  await expect(openStore(`sqlite:${path}`)).rejects.toThrow(path);
});
