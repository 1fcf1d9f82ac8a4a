import { closeSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import { parentPort, workerData } from 'node:worker_threads';
import { makeDirectory } from '../core/make-directory.ts';
import type { Answer, Request, SqlFailure, SqlResult, Statement } from './sqlite-messages.ts';

// The thread that owns the database file, so that no disk access ever holds up the calls on the main thread.

/** Milliseconds. While one request waits for a lock, all others wait for it. */
const busyTimeout = 1_000;
const maxPrepared = 200;
const nothing: SqlResult = { rows: [], changes: 0 };

interface Prepared {
  readonly statement: StatementSync;
  readonly answersRows: boolean;
}

const prepared = new Map<string, Prepared>();
let opened: DatabaseSync | undefined;

parentPort?.on('message', ({ id, request }: { id: number; request: Request }) => {
  parentPort?.postMessage(answer(id, request));
});

function answer(id: number, request: Request): Answer {
  try {
    return { id, result: perform(request) };
  } catch (error) {
    return { id, failure: failureOf(error) };
  }
}

function perform(request: Request): SqlResult {
  switch (request.kind) {
    case 'run':
      return run(request.statement);
    case 'batch':
      return runAll(request.statements);
    case 'rollback':
      rollback();
      return nothing;
    case 'close':
      prepared.clear();
      opened?.close();
      return nothing;
    default:
      return request satisfies never;
  }
}

function run({ sql, values }: Statement): SqlResult {
  const { statement, answersRows } = prepare(sql);
  if (answersRows) return { rows: statement.all(...values), changes: 0 };
  return { rows: [], changes: statement.run(...values).changes };
}

function runAll(statements: readonly Statement[]): SqlResult {
  const answers: SqlResult['rows'][] = [];
  prepare('begin immediate').statement.run();
  try {
    for (const { sql, values } of statements) {
      const { statement, answersRows } = prepare(sql);
      if (answersRows) answers.push(statement.all(...values));
      else statement.run(...values);
    }
    prepare('commit').statement.run();
    return answers.length > 0 ? { rows: answers, changes: 0 } : nothing;
  } catch (error) {
    rollback();
    throw error;
  }
}

/** SQLite itself rolls back after some errors (a full disk, for one); then there is nothing left to do. */
function rollback(): void {
  if (database().isTransaction) database().exec('rollback');
}

function prepare(sql: string): Prepared {
  const known = prepared.get(sql);
  if (known) return known;
  if (prepared.size >= maxPrepared) prepared.clear();
  const statement = database().prepare(sql);
  const made = { statement, answersRows: statement.columns().length > 0 };
  prepared.set(sql, made);
  return made;
}

function database(): DatabaseSync {
  opened ??= open(workerData as string); // the path, from sqlite-thread.ts
  return opened;
}

/** NORMAL loses nothing when the process is killed; a power cut may cost the last commits, never the file. */
function open(path: string): DatabaseSync {
  if (path !== ':memory:') createPrivately(path);
  const database = new DatabaseSync(path, { timeout: busyTimeout, enableForeignKeyConstraints: true });
  try {
    database.exec('pragma journal_mode = wal; pragma synchronous = normal;');
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

/** The file holds secrets of webhooks: nobody else reads it. SQLite gives its `-wal` and `-shm` files the same mode. */
function createPrivately(path: string): void {
  makeDirectory(dirname(path));
  closeSync(openSync(path, 'a', 0o600));
}

function failureOf(error: unknown): SqlFailure {
  const { errcode, message } = error as { errcode?: number; message?: string }; // node:sqlite's errors carry both
  return { code: errcode ?? 0, message: message ?? String(error) };
}
