import { type Kysely, sql } from 'kysely';
import { neverTime } from '../core/clock.ts';
import { StoreError } from '../core/store-error.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import { type Query, RecordTable, type Stored, type TableShape } from './record-table.ts';
import type { Change, Deletion, ResourceStore } from './store.ts';
import type { Tables } from './tables.ts';

export interface Resource extends Stored {
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

  async insert(record: R): Promise<void> {
    await this.#database.insertInto(this.#shape.table).values(this.#records.row(record)).execute();
  }

  get(id: string): Promise<R | undefined> {
    return this.#records.first(this.#live().where('id', '=', id));
  }

  list(page: PageRequest): Promise<Page<R>> {
    return this.#records.page(this.#live(), page);
  }

  /** Every live record with this value in a column, oldest first. */
  where(column: string, value: string | number): Promise<readonly R[]> {
    return this.#records.all(this.#live().where(column, '=', value));
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
    isExpected: (record: R) => boolean = () => true,
  ): Promise<R | undefined> {
    for (let attempt = 0; attempt < maxAttempts; attempt++) {
      const record = await this.get(id);
      if (record === undefined || !isExpected(record)) return undefined;
      const changed: R = { ...record, ...given(change) };
      if (await this.#replace(record, changed)) return changed;
    }
    throw new StoreError('busy');
  }

  delete(id: string, time: string, { last }: Deletion<R> = {}): Promise<R | undefined> {
    const deletion: Change<Resource> = { tm_update: time, tm_delete: time };
    return this.update(id, { ...last, ...(deletion as Change<R>) }); // every R has both
  }

  async #replace(old: R, changed: R): Promise<boolean> {
    const { numUpdatedRows } = await this.#database
      .updateTable(this.#shape.table)
      .set(this.#records.row(changed))
      .where('id', '=', old.id)
      .where('tm_update', '=', old.tm_update)
      .where('tm_delete', '=', live)
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  #live(): Query {
    return this.#records.select().where('tm_delete', '=', live);
  }
}

/** Without what is `undefined`. */
function given<R>(change: Change<R>): Partial<R> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined)) as Partial<R>; // the rest
}
