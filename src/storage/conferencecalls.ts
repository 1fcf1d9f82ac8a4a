import { type CompiledQuery, sql } from 'kysely';
import type { ConferencecallRecord } from '../conferences/conferencecall-record.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Engine } from './engine.ts';
import { RecordTable } from './record-table.ts';
import type { ConferencecallFilter, ConferencecallStore } from './store.ts';

/** The calls in conferences are written by the daemon only, in batches. */
export class ConferencecallTable implements ConferencecallStore {
  readonly #engine: Engine;
  readonly #records: RecordTable<ConferencecallRecord>;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#records = new RecordTable<ConferencecallRecord>(engine.database, {
      table: 'conferencecalls',
      columns: ({ conference_id, status }) => ({ conference_id, status, instance: engine.instance }),
    });
  }

  get(id: string): Promise<ConferencecallRecord | undefined> {
    return this.#records.first(this.#records.select().where('id', '=', id));
  }

  list(page: PageRequest, { conference_id }: ConferencecallFilter = {}): Promise<Page<ConferencecallRecord>> {
    const all = this.#records.select();
    const narrowed = conference_id === undefined ? all : all.where('conference_id', '=', conference_id);
    return this.#records.page(narrowed, page);
  }

  unfinished(): Promise<readonly ConferencecallRecord[]> {
    const { isShared, instance } = this.#engine;
    const live = this.#records.select().where('status', '!=', sql.lit('leaved'));
    return this.#records.all(isShared ? live.where('instance', '=', instance) : live);
  }

  write(record: ConferencecallRecord): CompiledQuery {
    return this.#records.upsert(this.#records.row(record));
  }
}
