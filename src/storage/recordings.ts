import { type CompiledQuery, sql } from 'kysely';
import { neverTime } from '../core/clock.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { RecordingRecord } from '../recordings/recording-record.ts';
import type { RecordingFilter, RecordingStore } from '../recordings/recording-store.ts';
import type { Engine } from './engine.ts';
import { type Query, RecordTable } from './record-table.ts';

/** In the text of the queries, as the partial indexes have it. */
const isLive = sql<boolean>`tm_delete = ${sql.lit(neverTime)}`;
const isDone = sql<boolean>`status = 'done'`;
const isOver = sql<boolean>`status in ('done', 'failed')`;
const isUnfinished = sql<boolean>`status in ('recording', 'paused')`;

/** Recordings are written by the daemon only, in batches; a deleted one is not seen any more. */
export class RecordingTable implements RecordingStore {
  readonly #engine: Engine;
  readonly #records: RecordTable<RecordingRecord>;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#records = new RecordTable<RecordingRecord>(engine.database, {
      table: 'recordings',
      columns: ({ tm_delete, status, reference_id }) => ({
        tm_delete,
        status,
        reference_id,
        instance: engine.instance,
      }),
    });
  }

  get(id: string): Promise<RecordingRecord | undefined> {
    return this.#records.first(this.#live().where('id', '=', id));
  }

  list(
    page: PageRequest,
    { isDone: isOnlyDone = false, reference_id }: RecordingFilter = {},
  ): Promise<Page<RecordingRecord>> {
    let query = isOnlyDone ? this.#live().where(isDone) : this.#live();
    if (reference_id !== undefined) query = query.where('reference_id', '=', reference_id);
    return this.#records.page(query, page);
  }

  ofCall(callId: string): Promise<readonly RecordingRecord[]> {
    return this.#records.all(this.#live().where('reference_id', '=', callId));
  }

  unfinished(): Promise<readonly RecordingRecord[]> {
    const { isShared, instance } = this.#engine;
    const all = this.#records.select().where(isUnfinished);
    return this.#records.all(isShared ? all.where('instance', '=', instance) : all);
  }

  async isOurs(id: string): Promise<boolean> {
    const { isShared, instance } = this.#engine;
    if (!isShared) return true;
    const others = this.#records.select().where('id', '=', id).where('instance', '!=', instance);
    return (await this.#records.first(others)) === undefined;
  }

  old(before: string, limit: number): Promise<readonly RecordingRecord[]> {
    const { isShared, instance } = this.#engine;
    const all = this.#records.select().where(isOver).where('tm_create', '<', before).limit(limit);
    return this.#records.all(isShared ? all.where('instance', '=', instance) : all);
  }

  async forget(ids: readonly string[]): Promise<void> {
    await this.#engine.database
      .deleteFrom('recordings')
      .where('id', 'in', [...ids])
      .execute();
  }

  write(record: RecordingRecord): CompiledQuery {
    return this.#records.upsert(this.#records.row(record));
  }

  #live(): Query {
    return this.#records.select().where(isLive);
  }
}
