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
import type { Engine } from './engine.ts';
import { fileInPlace } from './file-in-place.ts';
import type { SqlValue, Statement } from './sqlite-messages.ts';
import { SqliteThread } from './sqlite-thread.ts';
import type { Tables } from './tables.ts';

/** A database in one file (or `:memory:`), served by a thread of its own. */
export function openSqlite(path: string, instance: string): Engine {
  const thread = new SqliteThread(path);
  const database = new Kysely<Tables>({ dialect: new ThreadDialect(thread) });
  return {
    database,
    instance,
    isShared: false,
    // Holding Kysely's only connection keeps the batch out of a transaction that is under way.
    runBatch: (queries) =>
      database.connection().execute(async () => {
        await thread.ask({ kind: 'batch', statements: queries.map(statementOf) });
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

  constructor(thread: SqliteThread) {
    this.#thread = thread;
  }

  createDriver(): Driver {
    return new ThreadDriver(new ThreadConnection(this.#thread), this.#thread);
  }

  createQueryCompiler(): SqliteQueryCompiler {
    return new SqliteQueryCompiler();
  }

  createAdapter(): SqliteAdapter {
    return new TransactionalAdapter();
  }

  createIntrospector(database: ConstructorParameters<typeof SqliteIntrospector>[0]): SqliteIntrospector {
    return new SqliteIntrospector(database);
  }
}

/** A migration that was cut off must leave nothing behind; Kysely does not assume that of SQLite. */
class TransactionalAdapter extends SqliteAdapter {
  override get supportsTransactionalDdl(): boolean {
    return true;
  }
}

/** One connection for all: Kysely hands it to one query or transaction at a time. */
class ThreadDriver implements Driver {
  readonly #connection: ThreadConnection;
  readonly #thread: SqliteThread;

  constructor(connection: ThreadConnection, thread: SqliteThread) {
    this.#connection = connection;
    this.#thread = thread;
  }

  async init(): Promise<void> {}

  async acquireConnection(): Promise<DatabaseConnection> {
    return this.#connection;
  }

  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }

  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }

  async rollbackTransaction(): Promise<void> {
    await this.#thread.ask({ kind: 'rollback' });
  }

  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {}
}

class ThreadConnection implements DatabaseConnection {
  readonly #thread: SqliteThread;

  constructor(thread: SqliteThread) {
    this.#thread = thread;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    const { rows, changes } = await this.#thread.ask({ kind: 'run', statement: statementOf(query) });
    return { rows: rows as R[], numAffectedRows: BigInt(changes) }; // Kysely's types say what the query selects
  }

  streamQuery(): never {
    throw new Error('the store does not stream');
  }
}
