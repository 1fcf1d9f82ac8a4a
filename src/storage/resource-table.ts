import { type Kysely, sql } from 'kysely';
import { neverTime } from '../core/clock.ts';
import { StoreError } from '../core/store-error.ts';
import type { NewDelivery } from '../news/outbox.ts';
import type { Changing, Telling } from '../news/told-records.ts';
import type { Change, Deletion } from '../ports/changes.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import { appendQueries } from './outbox-append.ts';
import { outboxDatabase } from './outbox-tables.ts';
import type { Place } from './page-token.ts';
import { type Query, RecordTable, type TableShape } from './record-table.ts';
import { openEnded, within } from './span.ts';
import { Statements } from './statements.ts';
import type { ResourceFilter, ResourceStore } from './store.ts';
import type { Tables } from './tables.ts';

export interface Resource extends Place {
  readonly tm_update: string;
  readonly tm_delete: string;
}

/** In the text of the query: a partial index is of no use to one that has it as a parameter. */
const live = sql.lit(neverTime);

/** How often a change is tried again when others change the same record at the same moment. */
const maxAttempts = 20;

/** A table of a resource that users create, change and delete; deleted ones stay, unseen. */
export class ResourceTable<R extends Resource> implements ResourceStore<R> {
  readonly #database: Kysely<Tables>;
  readonly #shape: TableShape<R>;
  readonly #records: RecordTable<R>;

  constructor(database: Kysely<Tables>, shape: TableShape<R>) {
    this.#database = database;
    this.#shape = shape;
    const columns = (record: R) => ({
      ...shape.columns(record),
      tm_update: record.tm_update,
      tm_delete: record.tm_delete,
    });
    this.#records = new RecordTable(database, { ...shape, columns });
  }

  /** Grows with every change; `undefined` where others change the table too. */
  get edition(): number | undefined {
    return this.#shape.writes?.count;
  }

  async insert(record: R, { deliveriesOf }: Telling<R> = {}): Promise<void> {
    const row = this.#records.row(record);
    await this.#write(deliveriesOf?.(record), async (database) => {
      await database.insertInto(this.#shape.table).values(row).execute();
      return true;
    });
  }

  async get(id: string): Promise<R | undefined> {
    return (await this.where('id', id))[0];
  }

  list(page: PageRequest, { search, since, until, ...columns }: ResourceFilter = {}): Promise<Page<R>> {
    const query = Object.entries(columns).reduce(
      (all, [column, value]) => (value === undefined ? all : all.where(column, '=', value)),
      within(this.#live(), openEnded({ since, until }, page)),
    );
    if (search === undefined) return this.#records.page(query, page);
    return this.#records.search(query, search, page);
  }

  /** Every live record with this value in a column, oldest first. */
  where(column: string, value: string | number): Promise<readonly R[]> {
    return this.#records.having(column, value, () => this.#live());
  }

  all(): Promise<readonly R[]> {
    return this.#records.all(this.#live());
  }

  /**
   * `tm_update` grows with every change, so it tells whether somebody else was faster: then once more. Nothing is changed
   * where the record is not as expected.
   */
  async update(
    id: string,
    change: Change<R>,
    { isExpected = () => true, deliveriesOf }: Changing<R> = {},
  ): Promise<R | undefined> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const record = await this.get(id);
      if (record === undefined || !isExpected(record)) return undefined;
      const changed: R = { ...record, ...given(change) };
      if (await this.#replace(record, changed, deliveriesOf?.(changed))) return changed;
    }
    throw new StoreError('busy');
  }

  delete(
    id: string,
    time: string,
    { last, isForced: _, ...telling }: Deletion<R> & Telling<R> = {},
  ): Promise<R | undefined> {
    const deletion: Change<Resource> = { tm_update: time, tm_delete: time };
    return this.update(id, { ...last, ...(deletion as Change<R>) }, telling); // every R has both
  }

  #replace(old: R, changed: R, deliveries: readonly NewDelivery[] | undefined): Promise<boolean> {
    return this.#write(deliveries, async (database) => {
      const { numUpdatedRows } = await database
        .updateTable(this.#shape.table)
        .set(this.#records.row(changed))
        .where('id', '=', old.id)
        .where('tm_update', '=', old.tm_update)
        .where('tm_delete', '=', live)
        .executeTakeFirst();
      return numUpdatedRows > 0n;
    });
  }

  /** Writes, and what that tells with it: both or neither. False where nothing was written. */
  async #write(
    deliveries: readonly NewDelivery[] | undefined,
    write: (database: Kysely<Tables>) => Promise<boolean>,
  ): Promise<boolean> {
    try {
      return await this.#writeAll(deliveries, write);
    } finally {
      this.#shape.writes?.note(); // whoever reads from here on sees it, once the transaction is over that it is in
    }
  }

  async #writeAll(
    deliveries: readonly NewDelivery[] | undefined,
    write: (database: Kysely<Tables>) => Promise<boolean>,
  ): Promise<boolean> {
    if (!deliveries || deliveries.length === 0) return write(this.#database);
    return inTransaction(this.#database, async (transaction) => {
      if (!(await write(transaction))) return false;
      for (const query of appendQueries(outboxDatabase(transaction), new Statements(), deliveries))
        await transaction.executeQuery(query);
      return true;
    });
  }

  #live(): Query {
    return this.#records.select().where('tm_delete', '=', live);
  }
}

/** In the transaction under way, or else in one of its own. */
function inTransaction<T>(
  database: Kysely<Tables>,
  work: (transaction: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  return database.isTransaction ? work(database) : database.transaction().execute(work);
}

/** Without what is `undefined`. */
function given<R>(change: Change<R>): Partial<R> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<R>; // the rest
}
