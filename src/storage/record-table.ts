import {
  type Compilable,
  type CompiledQuery,
  type Kysely,
  type RawBuilder,
  type SelectQueryBuilder,
  sql,
} from 'kysely';
import { patternOf } from '../core/words.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import { type Place, pageToken, placeOf } from './page-token.ts';
import { Statements } from './statements.ts';
import type { Row, Tables } from './tables.ts';
import type { Writes } from './writes.ts';

export type Shown = Pick<Row, 'id' | 'record' | 'tm_create'>;
export type Query = SelectQueryBuilder<Tables, string, Shown>;
type Value = string | number;
export type Columns = Readonly<Record<string, Value>>;

/** Where a kind of record is kept, and the columns it is looked for by, besides `id` and `tm_create`. */
export interface TableShape<R> {
  readonly table: string;
  columns(record: R): Columns;
  /** What people may look for it by, where they may. */
  readonly words?: ((record: R) => string) | undefined;
  /** Fields that records lack which an earlier version wrote, behind those they have. */
  readonly since?: Partial<R>;
  /** The columns that stay as they were first written. */
  readonly fixed?: readonly string[] | undefined;
  /** Where nobody else writes to it, and somebody remembers what he has read. */
  readonly writes?: Writes | undefined;
}

/** So many rows are looked through at once: longer, and whoever writes would wait for it. */
const stretch = 2_000;
/** So many stretches are looked through for a page. */
const mostStretches = 20;

/** A page ends here although more follow: a hundred flows of 256 KiB would hold up the calls while they are parsed. */
const maxPageCharacters = 1_000_000;

/** The records of one table: what every kind of record needs. */
export class RecordTable<R extends Place> {
  readonly #database: Kysely<Tables>;
  readonly #shape: TableShape<R>;
  readonly #statements = new Statements();

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
    const rows = await oldestFirst(query).execute();
    return rows.map((row) => this.recordOf(row));
  }

  /** Those of a query with this value in a column, oldest first. The query is always the same one, and built once. */
  async having(
    column: string,
    value: string | number,
    query: () => Query = () => this.select(),
  ): Promise<readonly R[]> {
    const compiled = this.#statements.compiled(column, [value], () =>
      oldestFirst(query().where(column, '=', value)),
    );
    const { rows } = await this.#database.executeQuery<Shown>(compiled);
    return rows.map((row) => this.recordOf(row));
  }

  /** Newest first; the place after the last record of a page is its token. */
  async page(query: Query, { size, token }: PageRequest): Promise<Page<R>> {
    const rows = await newestFirst(after(query, token))
      .limit(size + 1)
      .execute();
    const shown = rows.slice(0, Math.min(size, fitting(rows)));
    const last = shown.at(-1);
    return {
      result: shown.map((row) => this.recordOf(row)),
      next: last && shown.length < rows.length ? pageToken(last) : '',
    };
  }

  /**
   * The page of those that have a text among their words. It ends after so many that were looked through, with as many as there were
   * among them, none perhaps: then there is a next page.
   */
  search(query: Query, text: string, page: PageRequest): Promise<Page<R>> {
    return this.sifted(query, isLike('words', patternOf(text)), page);
  }

  /** The same of those that are as a condition says which no index answers. */
  async sifted(query: Query, isWanted: RawBuilder<boolean>, { size, token }: PageRequest): Promise<Page<R>> {
    const found: Shown[] = [];
    let from = token;
    for (let looked = 0; looked < mostStretches; looked++) {
      const to = await this.#endOf(query, from);
      const inside = to ? after(query, from).where(notBefore(to)) : after(query, from);
      found.push(
        ...(await newestFirst(inside.where(isWanted))
          .limit(size + 1 - found.length)
          .execute()),
      );
      from = to && pageToken(to);
      if (from === undefined || found.length > size) break;
    }
    const shown = found.slice(0, Math.min(size, fitting(found)));
    const last = shown.at(-1);
    const isCut = last && shown.length < found.length;
    return { result: shown.map((row) => this.recordOf(row)), next: isCut ? pageToken(last) : (from ?? '') };
  }

  /** The last of the next stretch; `undefined` where there are no more than that. */
  #endOf(query: Query, from: string | undefined): Promise<Place | undefined> {
    return newestFirst(after(query, from).clearSelect().select(['id', 'tm_create']))
      .limit(1)
      .offset(stretch - 1)
      .executeTakeFirst();
  }

  row(record: R, rest: Columns = {}, text = JSON.stringify(record)): Row {
    const { id, tm_create } = record;
    const { columns, words } = this.#shape;
    const said = words && { words: words(record) };
    return { id, tm_create, record: text, ...said, ...columns(record), ...rest };
  }

  recordOf({ record }: Pick<Shown, 'record'>): R {
    const stored = JSON.parse(record) as R; // written by `row`, by an earlier version perhaps
    const missing = Object.entries(this.#shape.since ?? {}).filter(([field]) => !(field in stored));
    return missing.length === 0 ? stored : { ...stored, ...Object.fromEntries(missing) };
  }

  /**
   * Inserts or replaces. The SQL is the same each time, and this is the hot path: it is built once, and no row is made to be taken apart
   * again. `text` is the record as JSON, where somebody has written it already.
   */
  upsert(record: R, rest: Columns = {}, text = JSON.stringify(record)): CompiledQuery {
    const { id, tm_create } = record;
    const { columns, words } = this.#shape;
    const first: Value[] = words ? [id, tm_create, text, words(record)] : [id, tm_create, text];
    const values = first.concat(Object.values<Value>(columns(record)), Object.values<Value>(rest));
    return this.#statements.compiled('upsert', values, () => this.#upsert(this.row(record, rest)));
  }

  /** What was true of it from its first writing on is not written again: each index of such a column would be. */
  #upsert(row: Row): Compilable {
    const insert = this.#database.insertInto(this.#shape.table).values(row);
    const { fixed = [] } = this.#shape;
    const columns = Object.keys(row).filter((column) => column !== 'id' && !fixed.includes(column));
    return insert.onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet(({ ref }) =>
          Object.fromEntries(columns.map((column) => [column, ref(`excluded.${column}`)])),
        ),
    );
  }
}

/** Whether a column is like a pattern of `core/words.ts`. */
export function isLike(column: string, pattern: string): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(column)} like ${pattern} escape '\\'`;
}

function oldestFirst(query: Query): Query {
  return query.orderBy('tm_create').orderBy('id');
}

function newestFirst<Q extends SelectQueryBuilder<Tables, string, object>>(query: Q): Q {
  return query.orderBy('tm_create', 'desc').orderBy('id', 'desc') as Q; // what it selects stays
}

function notBefore({ tm_create, id }: Place) {
  return sql<boolean>`(tm_create, id) >= (${tm_create}, ${id})`;
}

function after(query: Query, token: string | undefined): Query {
  if (token === undefined) return query;
  const { tm_create, id } = placeOf(token);
  return query.where((where) => where(where.refTuple('tm_create', 'id'), '<', where.tuple(tm_create, id)));
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
