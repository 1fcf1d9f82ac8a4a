import { sql } from 'kysely';
import { afterEach, expect, test, vi } from 'vitest';
import type { Engine } from '../../../src/storage/engine.ts';
import { openSqlite } from '../../../src/storage/sqlite.ts';
import type { Request } from '../../../src/storage/sqlite-messages.ts';
import { SqliteThread } from '../../../src/storage/sqlite-thread.ts';

const many = 500;

let engine: Engine;
afterEach(async () => {
  vi.restoreAllMocks();
  await engine.close();
});

/** What the thread is asked from now on, in a word. */
async function givenAsked(): Promise<string[]> {
  engine = openSqlite(':memory:', '');
  await sql`create table t (x)`.execute(engine.database);
  const asked: string[] = [];
  const ask = SqliteThread.prototype.ask;
  vi.spyOn(SqliteThread.prototype, 'ask').mockImplementation(function (this: SqliteThread, request: Request) {
    asked.push(request.kind === 'run' ? request.statement.sql : request.kind);
    return ask.call(this, request);
  });
  return asked;
}

const insert = (x: number) => sql`insert into t values (${sql.lit(x)})`;

/** What has nothing to wait for is done; no answer of a thread can have come. */
async function inThisTurn(): Promise<void> {
  for (let step = 0; step < 50; step++) await Promise.resolve();
}

test('of many who ask at once nobody waits for the answer to another', async () => {
  const asked = await givenAsked();
  const all = Array.from({ length: many }, (_, x) => insert(x).execute(engine.database));
  await inThisTurn();
  expect(asked).toHaveLength(many);
  await Promise.all(all);
});

test('a transaction is alone, and what came before it and behind it keeps its place', async () => {
  const asked = await givenAsked();
  const before = insert(1).execute(engine.database);
  const transaction = engine.database.transaction().execute(async (alone) => {
    await insert(2).execute(alone);
    await insert(3).execute(alone);
  });
  const behind = insert(4).execute(engine.database);
  const batch = engine.runBatch([insert(5).compile(engine.database)]);
  const second = engine.database.transaction().execute((alone) => insert(6).execute(alone));
  const last = insert(7).execute(engine.database);
  await Promise.all([before, transaction, behind, batch, second, last]);
  const numbered = (x: number) => `insert into t values (${x})`;
  expect(asked).toEqual([
    numbered(1),
    ...['begin immediate', numbered(2), numbered(3), 'commit'],
    ...[numbered(4), 'batch'],
    ...['begin immediate', numbered(6), 'commit'],
    numbered(7),
  ]);
});

test('whoever fails in a transaction, or cannot begin one, keeps nobody waiting', async () => {
  const asked = await givenAsked();
  const failing = engine.database.transaction().execute(async (alone) => {
    await insert(1).execute(alone);
    throw new Error('given up');
  });
  const behind = insert(2).execute(engine.database);
  await expect(failing).rejects.toThrow('given up');
  await behind;
  expect(asked).toEqual([
    'begin immediate',
    'insert into t values (1)',
    'rollback',
    'insert into t values (2)',
  ]);
  await sql`begin`.execute(engine.database);
  await expect(engine.database.transaction().execute(async () => undefined)).rejects.toThrow();
  await insert(3).execute(engine.database);
});
