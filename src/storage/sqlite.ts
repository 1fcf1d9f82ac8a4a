import {
  CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  Kysely,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
} from 'kysely';
import type { BatchAnswer, Engine } from './engine.ts';
import { fileInPlace } from './file-in-place.ts';
import type { SqlValue, Statement } from './sqlite-messages.ts';
import { SqliteThread } from './sqlite-thread.ts';
import type { Tables } from './tables.ts';
import { TransactionTurns } from './transaction-turns.ts';

/** A database in one file (or `:memory:`), served by a thread of its own. */
export function openSqlite(path: string, instance: string): Engine {
  const thread = new SqliteThread(path);
  const turns = new TransactionTurns();
  const database = new Kysely<Tables>({ dialect: new ThreadDialect(thread, turns) });
  return {
    database,
    instance,
    isShared: false,
    // By way of a connection, so that it keeps its place among queries.
    runBatch: (queries) =>
      database.connection().execute(async () => {
        await turns.free;
        const { rows } = await thread.ask({ kind: 'batch', statements: queries.map(statementOf) });
        return rows as BatchAnswer; // of a batch they are that
      }),
    isInPlace: path === ':memory:' ? async () => true : fileInPlace(path),
    close: () => thread.close(),
  };
}

function statementOf({ sql, parameters }: CompiledQuery): Statement {
  return { sql, values: parameters as readonly SqlValue[] }; // our columns are text and integers only
}

class ThreadDialect implements Dialect {
  readonly #thread: SqliteThread;
  readonly #turns: TransactionTurns;

  constructor(thread: SqliteThread, turns: TransactionTurns) {
    this.#thread = thread;
    this.#turns = turns;
  }

  createDriver(): Driver {
    return new ThreadDriver(this.#thread, this.#turns);
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): SqliteAdapter {
    return new ThreadAdapter();
  }

  createIntrospector(database: ConstructorParameters<typeof SqliteIntrospector>[0]): SqliteIntrospector {
    return new SqliteIntrospector(database);
  }
}

class ThreadAdapter extends SqliteAdapter {
  /** A migration that was cut off must leave nothing behind; Kysely does not assume that of SQLite. */
  override get supportsTransactionalDdl(): boolean {
    return true;
  }

  /** With one connection for all Kysely wakes all who wait for it whenever it is free: the turns are ours to give. */
  override get supportsMultipleConnections(): boolean {
    return true;
  }
}

/** A connection for each query or transaction. The thread takes what it is asked in order; a transaction is alone. */
class ThreadDriver implements Driver {
  readonly #thread: SqliteThread;
  readonly #turns: TransactionTurns;

  constructor(thread: SqliteThread, turns: TransactionTurns) {
    this.#thread = thread;
    this.#turns = turns;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<ThreadConnection> {
    return new ThreadConnection(this.#thread, this.#turns);
  }

  async beginTransaction(connection: ThreadConnection): Promise<void> {
    await connection.beginAlone();
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: ThreadConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(): Promise<void> {
    await this.#thread.ask({ kind: 'rollback' });
  }

  async releaseConnection(connection: ThreadConnection): Promise<void> {
    connection.endAlone();
  }

  async destroy(): Promise<void> {}
}

class ThreadConnection implements DatabaseConnection {
  readonly #thread: SqliteThread;
  readonly #turns: TransactionTurns;
  #end: (() => void) | undefined;

  constructor(thread: SqliteThread, turns: TransactionTurns) {
    this.#thread = thread;
    this.#turns = turns;
  }

  /** From now on nobody else asks the thread for anything. */
  async beginAlone(): Promise<void> {
    this.#end = await this.#turns.take();
  }

  endAlone(): void {
    this.#end?.();
    this.#end = undefined;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    if (!this.#end) await this.#turns.free;
    const { rows, changes } = await this.#thread.ask({ kind: 'run', statement: statementOf(query) });
    return { rows: rows as R[], numAffectedRows: BigInt(changes) }; // Kysely's types say what the query selects
  }

  streamQuery(): never {
    throw new Error('the store does not stream');
  }
}
