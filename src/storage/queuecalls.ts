import { type CompiledQuery, sql } from 'kysely';
import { neverTime } from '../core/clock.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { QueuecallRecord } from '../queues/queuecall-record.ts';
import type { Engine } from './engine.ts';
import { type Query, RecordTable } from './record-table.ts';
import type { QueuecallFilter, QueuecallStore } from './store.ts';

/** The calls in queues are written by the daemon only, in batches. */
export class QueuecallTable implements QueuecallStore {
  readonly #engine: Engine;
  readonly #records: RecordTable<QueuecallRecord>;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#records = new RecordTable<QueuecallRecord>(engine.database, {
      table: 'queuecalls',
      columns: ({ queue_id, reference_id, status, tm_delete }) => ({
        queue_id,
        reference_id,
        status,
        is_ended: tm_delete === neverTime ? 0 : 1,
        instance: engine.instance,
      }),
    });
  }

  get(id: string): Promise<QueuecallRecord | undefined> {
    return this.#records.first(this.#records.select().where('id', '=', id));
  }

  list(page: PageRequest, filter: QueuecallFilter = {}): Promise<Page<QueuecallRecord>> {
    const narrow = (query: Query, column: keyof QueuecallFilter): Query => {
      const value = filter[column];
      return value === undefined ? query : query.where(column, '=', value);
    };
    const columns = ['queue_id', 'reference_id', 'status'] as const;
    return this.#records.page(columns.reduce(narrow, this.#records.select()), page);
  }

  unfinished(): Promise<readonly QueuecallRecord[]> {
    const { isShared, instance } = this.#engine;
    const live = this.#records.select().where('is_ended', '=', sql.lit(0));
    return this.#records.all(isShared ? live.where('instance', '=', instance) : live);
  }

  write(record: QueuecallRecord): CompiledQuery {
    return this.#records.upsert(this.#records.row(record));
  }
}
