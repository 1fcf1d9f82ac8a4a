import type { CompiledQuery } from 'kysely';
import pg from 'pg';
import { StoreError } from '../core/store-error.ts';
import { within } from '../core/wait.ts';
import type { BatchAnswer } from './engine.ts';
import { postgresError } from './postgres-failure.ts';

/** Milliseconds. Nobody waits for the database longer than this: a call would rather go on without. */
const limits = {
  connectionTimeoutMillis: 5_000,
  lock_timeout: 5_000,
  statement_timeout: 10_000,
  idle_in_transaction_session_timeout: 15_000,
  /** Counted by us: a server that vanished without a word answers nothing. */
  query_timeout: 15_000,
};

const maxConnections = 10;
/** For saying goodbye, in milliseconds. */
const patience = 5_000;
const int8 = 20;

/** Numbers that fit: we count rows and never reach 2^53. Everything else as pg has it. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid, format) =>
    Number(oid) === int8 ? Number : (pg.types.getTypeParser(oid, format) as (value: unknown) => unknown),
};

/** A bounded pool of connections, made anew when they break. Whatever goes wrong is a StoreError. */
export class PostgresPool {
  readonly options: object;
  readonly #pool: pg.Pool;
  #closing: Promise<void> | undefined;

  constructor(url: string) {
    this.#pool = new pg.Pool({
      ...limits,
      connectionString: url,
      max: maxConnections,
      application_name: 'ariflow',
      keepAlive: true,
      pipeline: true,
      types,
    });
    this.options = this.#pool.options;
    // A connection that breaks between two queries tells only its emitter; the next query finds out by itself.
    this.#pool.on('error', () => undefined);
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  async connect(): Promise<Connection> {
    if (this.#closing) throw new StoreError('closed');
    try {
      return new Connection(await this.#pool.connect());
    } catch (error) {
      throw this.#closing ? new StoreError('closed') : postgresError(error);
    }
  }

  /** One transaction in two round trips: everything after `begin` is sent without waiting for answers. */
  async runBatch(queries: readonly CompiledQuery[]): Promise<BatchAnswer> {
    const connection = await this.connect();
    try {
      await connection.query('begin');
      const answers = await Promise.allSettled([
        ...queries.map(({ sql, parameters }) => connection.query(sql, parameters)),
        connection.query('commit'),
      ]);
      return answers.flatMap((answer) => {
        if (answer.status === 'rejected') throw answer.reason;
        return answer.value.fields.length > 0 ? [answer.value.rows] : [];
      });
    } finally {
      connection.release();
    }
  }

  /** Lets what was asked before finish, unless the server has vanished. */
  async end(): Promise<void> {
    this.#closing ??= within(this.#pool.end(), patience);
    await this.#closing;
  }
}

/** A connection on loan. One that broke is not handed out again. */
class Connection {
  readonly #client: pg.PoolClient;
  #isBroken = false;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  async query(sql: string, parameters: readonly unknown[] = []): Promise<pg.QueryResult> {
    try {
      return await this.#client.query(sql, parameters.map(storable));
    } catch (error) {
      const storeError = postgresError(error);
      if (storeError.problem === 'unreachable') this.#isBroken = true;
      throw storeError;
    }
  }

  release(destroy = false): void {
    this.#client.release(destroy || this.#isBroken);
  }
}

/** PostgreSQL's text has no NUL. In JSON it is escaped; elsewhere nothing depends on it. */
function storable(value: unknown): unknown {
  return typeof value === 'string' && value.includes('\0') ? value.replaceAll('\0', '\ufffd') : value;
}
