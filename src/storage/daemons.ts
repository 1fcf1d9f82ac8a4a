import { randomUUID } from 'node:crypto';
import { CompiledQuery, type Kysely, sql } from 'kysely';
import { wireTime } from '../core/clock.ts';
import { StoreError } from '../core/store-error.ts';
import { type Kind, kinds } from '../news/kinds.ts';
import type { Stored } from '../news/live.ts';
import type { CompletionTable } from './completions.ts';
import type { DaemonStatus, DaemonStore, KnownDaemon, Taken } from './daemon-store.ts';
import type { Engine } from './engine.ts';
import type { LiveTable } from './live-table.ts';
import type { LiveTables } from './live-tables.ts';
import type { Row, Tables } from './tables.ts';

const table = 'daemons';

/** Of the clock that all who share the database have in common. */
const present = sql<number>`(extract(epoch from clock_timestamp()) * 1000)`;
const hasLapsed = sql<boolean>`lease_until <= ${present}`;

/** What somebody can end by its record alone: the files of all else are with the daemon that made it, which may come back. */
const ended = [
  'calls',
  'activeflows',
  'queuecalls',
  'confbridges',
  'conferencecalls',
  'external_medias',
] as const satisfies readonly Kind[];

/** In the database that several daemons share. */
export class DaemonTable implements DaemonStore {
  readonly #engine: Engine;
  readonly #live: LiveTables;
  readonly #completions: CompletionTable;
  /** Of the run that has begun. */
  #run: string | undefined;

  constructor(engine: Engine, live: LiveTables, completions: CompletionTable) {
    this.#engine = engine;
    this.#live = live;
    this.#completions = completions;
  }

  /** What stands in front of all else in a transaction that writes what lives: it fails where that is somebody else's by now. */
  fence(): readonly CompiledQuery[] {
    if (this.#run === undefined) return [];
    // Locked until the end of the transaction: nobody takes over in the middle of it.
    const text = `select 1 / count(*) as ours from (select 1 from ${table} where id = $1 and run = $2 for key share) as own`;
    return [CompiledQuery.raw(text, [this.#engine.instance, this.#run])];
  }

  async begin(app: string, lease: number): Promise<void> {
    const { database, instance } = this.#engine;
    const run = randomUUID();
    const status = sql<string>`case when ${sql.ref(`${table}.app`)} = ${app}
      and ${sql.ref(`${table}.status`)} in ('serves', 'left') then 'serves' else 'waits' end`;
    const own = { run, app, tm_create: wireTime(), lease_until: after(lease) };
    await database
      .insertInto(table)
      .values({ id: instance, record: '{}', asterisk: '', status: 'waits', ...own })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ ...own, status }))
      .execute();
    this.#run = run;
  }

  async renew(lease: number): Promise<boolean> {
    const { numUpdatedRows } = await this.#own({ lease_until: after(lease) }).executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  async attach(asterisk: string, status: DaemonStatus): Promise<boolean> {
    try {
      const { numUpdatedRows } = await this.#own({ asterisk, status }).executeTakeFirst();
      return numUpdatedRows > 0n;
    } catch (error) {
      if (error instanceof StoreError && error.problem === 'conflict') return false;
      throw error;
    }
  }

  async all(): Promise<readonly KnownDaemon[]> {
    const rows = await this.#engine.database
      .selectFrom(table)
      .select(['id', 'app', 'asterisk', 'status', hasLapsed.as('hasLapsed')])
      .orderBy('tm_create')
      .execute();
    // What is in the columns is written by this file.
    const known = rows as readonly unknown[] as readonly Omit<KnownDaemon, 'isOurs'>[];
    return known.map((daemon) => ({ ...daemon, isOurs: daemon.id === this.#engine.instance }));
  }

  take(id: string, heir?: { readonly asterisk: string }): Promise<Taken | undefined> {
    const { database, instance } = this.#engine;
    return database.transaction().execute(async (transaction) => {
      for (const query of this.fence()) await transaction.executeQuery(query);
      const isOver = heir ? sql<boolean>`(${hasLapsed} or status = 'left')` : hasLapsed;
      const { numDeletedRows } = await transaction
        .deleteFrom(table)
        .where('id', '=', id)
        .where('id', '!=', instance)
        .where(isOver)
        .executeTakeFirst();
      if (numDeletedRows === 0n) return undefined;
      if (heir) {
        const change = { asterisk: heir.asterisk, status: 'serves' };
        await transaction.updateTable(table).set(change).where('id', '=', instance).execute();
      }
      return this.#move(transaction, id, heir ? (Object.keys(kinds) as Kind[]) : ended);
    });
  }

  async giveUp(status: 'waits' | 'left', patience: number): Promise<void> {
    await this.#own({ status, lease_until: after(patience) }).execute();
  }

  #own(change: { readonly [column: string]: string | ReturnType<typeof after> }) {
    const { database, instance } = this.#engine;
    return database
      .updateTable(table)
      .set(change)
      .where('id', '=', instance)
      .where('run', '=', this.#run ?? '');
  }

  async #move(transaction: Kysely<Tables>, from: string, what: readonly Kind[]): Promise<Taken> {
    const live: { [K in Kind]?: readonly Stored<K>[] } = {};
    for (const kind of what) await this.#moveKind(transaction, from, { kind, live });
    const holds = await transaction
      .updateTable('agent_holds')
      .set({ instance: this.#engine.instance })
      .where('instance', '=', from)
      .returning('id')
      .execute();
    const completions = await this.#completions.takeOver(transaction, from);
    return { live, completions, agents: holds.map(({ id }: Pick<Row, 'id'>) => id) };
  }

  async #moveKind<K extends Kind>(
    transaction: Kysely<Tables>,
    from: string,
    { kind, live }: { readonly kind: K; readonly live: { [P in K]?: readonly Stored<P>[] } },
  ): Promise<void> {
    const tables: { readonly [P in Kind]: LiveTable<P> } = this.#live;
    live[kind] = await tables[kind].takeOver(transaction, from);
  }
}

/** So many milliseconds from now. */
function after(milliseconds: number) {
  return sql<number>`${present} + ${sql.lit(milliseconds)}`;
}
