import { type CompiledQuery, type Kysely, type RawBuilder, sql } from 'kysely';
import { wireTime } from '../core/clock.ts';
import type { Condition, Kept } from '../news/kind.ts';
import { type Kind, keptOf, type RecordOf, type StateOf } from '../news/kinds.ts';
import type { Stored, Written } from '../news/live.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Engine } from './engine.ts';
import { type Columns, type Query, RecordTable } from './record-table.ts';
import { openedState, sealedState } from './sealed-states.ts';
import { openEnded, within } from './span.ts';
import type { FilterOf, LiveStore } from './store.ts';
import type { Row, Tables } from './tables.ts';

/** The records of one kind of things that live or have lived: written by the daemon only, in batches. */
export class LiveTable<K extends Kind> implements LiveStore<K> {
  protected readonly engine: Engine;
  protected readonly records: RecordTable<RecordOf<K>>;
  protected readonly kept: Kept<RecordOf<K>>;
  readonly #kind: string;

  constructor(engine: Engine, kind: K) {
    this.#kind = kind;
    this.engine = engine;
    this.kept = keptOf(kind);
    const { columns, since, words, fixed } = this.kept;
    this.records = new RecordTable<RecordOf<K>>(engine.database, {
      table: kind,
      columns,
      words,
      fixed,
      ...(since && { since }),
    });
  }

  get(id: string): Promise<RecordOf<K> | undefined> {
    return this.records.first(this.shown().where('id', '=', id));
  }

  list(page: PageRequest, filter?: FilterOf<K>): Promise<Page<RecordOf<K>>> {
    const query = filter ? this.narrowed(this.shown(), openEnded(filter, page)) : this.shown();
    if (filter?.search === undefined || !this.kept.words) return this.records.page(query, page);
    return this.records.search(query, filter.search, page);
  }

  async find(id: string): Promise<Stored<K> | undefined> {
    const row = await this.#withState().where('id', '=', id).executeTakeFirst();
    return row && this.#storedOf(row);
  }

  async unfinished(): Promise<readonly Stored<K>[]> {
    const { lives } = this.kept;
    if (!lives) return [];
    const live = this.#withState().where(isSo(lives));
    const rows = await this.ours(live).orderBy('tm_create').orderBy('id').execute();
    return rows.map((row) => this.#storedOf(row));
  }

  /** Makes ours what was not over when another instance wrote it last; answers it, oldest first. */
  async takeOver(transaction: Kysely<Tables>, from: string): Promise<readonly Stored<K>[]> {
    const { lives } = this.kept;
    if (!lives) return [];
    const rows = await transaction
      .updateTable(this.#kind)
      .set({ instance: this.engine.instance })
      .where('instance', '=', from)
      .where(isSo(lives))
      .returning(['id', 'tm_create', 'record', 'state'])
      .execute();
    return rows.sort(byAge).map((row) => this.#storedOf(row));
  }

  write(written: Written<K>): CompiledQuery {
    return this.records.upsert(written.record, this.rest(written), written.text);
  }

  async expire(before: number, limit: number): Promise<number> {
    const { over, age = 'tm_create' } = this.kept;
    const { database } = this.engine;
    const time = wireTime(before * 1_000);
    const aged = database.selectFrom(this.#kind).select('id').where(age, '<', time);
    const old = (over ? aged.where(isSo(over)) : aged).orderBy(age).limit(limit);
    const { numDeletedRows } = await database
      .deleteFrom(this.#kind)
      .where('id', 'in', old)
      .where(age, '<', time) // somebody may just have come back to it
      .executeTakeFirst();
    return Number(numDeletedRows);
  }

  /** Its columns besides those of the record. */
  protected rest({ record, state = '{}' }: Written<K>): Columns {
    const { instance, seal } = this.engine;
    return { instance, state: sealedState(state, record.id, seal) };
  }

  /** Narrows a query to the rows of this daemon, where others share the database. */
  protected ours<Q extends Narrowed<Q>>(query: Q): Q {
    const { isShared, instance } = this.engine;
    return isShared ? query.where('instance', '=', instance) : query;
  }

  protected shown(): Query {
    const { shown } = this.kept;
    return shown ? this.records.select().where(isSo(shown)) : this.records.select();
  }

  protected narrowed(query: Query, filter: FilterOf<K>): Query {
    const { since, until, search: _, ...columns } = filter;
    const values = Object.entries(columns) as [string, string | number | undefined][];
    const equal = values.reduce(
      (all, [column, value]) => (value === undefined ? all : all.where(column, '=', inText(value))),
      query,
    );
    return within(equal, { since, until });
  }

  #withState() {
    return this.engine.database.selectFrom(this.#kind).select(['record', 'state']);
  }

  #storedOf(row: Pick<Row, 'record' | 'state'>): Stored<K> {
    const record = this.records.recordOf(row);
    return { record, state: this.#stateIn(String(row.state), record.id) };
  }

  /** A state that an earlier or a later version wrote may not parse, and one that was sealed with another key is not opened. */
  #stateIn(text: string, id: string): StateOf<K> | undefined {
    try {
      const state: unknown = JSON.parse(openedState(text, id, this.engine.seal));
      return this.kept.state.parse(state) as StateOf<K>; // the schema is this kind's
    } catch {
      return undefined;
    }
  }
}

/** As `unfinished` has them. */
export function byAge(one: Pick<Row, 'id' | 'tm_create'>, other: Pick<Row, 'id' | 'tm_create'>): number {
  const [before, after] = [one, other].map(({ tm_create, id }) => `${tm_create} ${id}`) as [string, string];
  return before < after ? -1 : 1;
}

interface Narrowed<Q> {
  where(column: string, operator: '=', value: string): Q;
}

/** What is so or not: in the text, for the partial indexes of either. */
function inText(value: string | number) {
  return typeof value === 'number' ? sql.lit(value) : value;
}

/** In the text of the query: a partial index is of no use to one that has the value as a parameter. */
export function isSo(condition: Condition): RawBuilder<boolean> {
  const column = sql.ref(condition.column);
  if ('is' in condition) return sql<boolean>`${column} = ${sql.lit(condition.is)}`;
  if ('isNot' in condition) return sql<boolean>`${column} != ${sql.lit(condition.isNot)}`;
  return sql<boolean>`${column} in (${sql.join(condition.isIn.map((value) => sql.lit(value)))})`;
}
