import { CompiledQuery, type Kysely, type SelectQueryBuilder } from 'kysely';
import type { Page, PageRequest } from '../ports/page.ts';
import { type Place, pageToken, placeOf } from './page-token.ts';
import type { Row, Tables } from './tables.ts';

export type Shown = Pick<Row, 'id' | 'record' | 'tm_create'>;
export type Query = SelectQueryBuilder<Tables, string, Shown>;
export type Columns = Readonly<Record<string, string | number>>;

/** Where a kind of record is kept, and the columns it is looked for by, besides `id` and `tm_create`. */
export interface TableShape<R> {
  readonly table: string;
  columns(record: R): Columns;
  /** Fields that records lack which an earlier version wrote, behind those they have. */
  readonly since?: Partial<R>;
}

/** A page ends here although more follow: a hundred flows of 256 KiB would hold up the calls while they are parsed. */
const maxPageCharacters = 1_000_000;

/** The records of one table: what every kind of record needs. */
export class RecordTable<R extends Place> {
  readonly #database: Kysely<Tables>;
  readonly #shape: TableShape<R>;
  #upsertSql: string | undefined;

  constructor(database: Kysely<Tables>, shape: TableShape<R>) {
    this.#database = database;
    this.#shape = shape;
  }

  select(): Query {
    return this.#database.selectFrom(this.#shape.table).select(['id', 'record', 'tm_create']);
  }

  async first(query: Query): Promise<R | undefined> {
    const row = await query.executeTakeFirst();
    return row && this.recordOf(row);
  }

  async all(query: Query): Promise<readonly R[]> {
    const rows = await query.orderBy('tm_create').orderBy('id').execute();
    return rows.map((row) => this.recordOf(row));
  }

  /** Newest first; the place after the last record of a page is its token. */
  async page(query: Query, { size, token }: PageRequest): Promise<Page<R>> {
    const rows = await after(query, token)
      .orderBy('tm_create', 'desc')
      .orderBy('id', 'desc')
      .limit(size + 1)
      .execute();
    const shown = rows.slice(0, Math.min(size, fitting(rows)));
    const last = shown.at(-1);
    return {
      result: shown.map((row) => this.recordOf(row)),
      next: last && shown.length < rows.length ? pageToken(last) : '',
    };
  }

  row(record: R): Row {
    const { id, tm_create } = record;
    return { id, tm_create, ...this.#shape.columns(record), record: JSON.stringify(record) };
  }

  recordOf({ record }: Pick<Shown, 'record'>): R {
    const stored = JSON.parse(record) as R; // written by `row`, by an earlier version perhaps
    const missing = Object.entries(this.#shape.since ?? {}).filter(([field]) => !(field in stored));
    return missing.length === 0 ? stored : { ...stored, ...Object.fromEntries(missing) };
  }

  /** Inserts or replaces. The SQL is the same each time, and this is the hot path: it is compiled once. */
  upsert(row: Row): CompiledQuery {
    this.#upsertSql ??= this.#compileUpsert(row);
    return CompiledQuery.raw(this.#upsertSql, Object.values(row));
  }

  #compileUpsert(row: Row): string {
    const insert = this.#database.insertInto(this.#shape.table).values(row);
    const columns = Object.keys(row).filter((column) => column !== 'id');
    return insert
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet(({ ref }) =>
            Object.fromEntries(columns.map((column) => [column, ref(`excluded.${column}`)])),
          ),
      )
      .compile().sql;
  }
}

function after(query: Query, token: string | undefined): Query {
  if (token === undefined) return query;
  const { tm_create, id } = placeOf(token);
  return query.where(({ eb, or, and }) =>
    or([eb('tm_create', '<', tm_create), and([eb('tm_create', '=', tm_create), eb('id', '<', id)])]),
  );
}

/** How many of the rows fit into a page, at least one. */
function fitting(rows: readonly Shown[]): number {
  let characters = 0;
  const tooMany = rows.findIndex((row) => {
    characters += row.record.length;
    return characters > maxPageCharacters;
  });
  return tooMany < 0 ? rows.length : Math.max(1, tooMany);
}
