import { type CompiledQuery, sql } from 'kysely';
import { type CallRecord, nothingOrdered } from '../calls/call-record.ts';
import { zeroId } from '../core/clock.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Engine } from './engine.ts';
import { type Query, RecordTable } from './record-table.ts';
import type { CallFilter, CallStore } from './store.ts';

/** Calls are written by the daemon only, in batches; users list them and hang them up. */
export class CallTable implements CallStore {
  readonly #engine: Engine;
  readonly #records: RecordTable<CallRecord>;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#records = new RecordTable<CallRecord>(engine.database, {
      table: 'calls',
      columns: ({ status, source, destination }) => ({
        status,
        source: source.target,
        destination: destination.target,
        instance: engine.instance,
      }),
      since: {
        activeflow_id: zeroId,
        hold: false,
        sip_code: 0,
        sip_reason: '',
        hangup_cause: 0,
        ...nothingOrdered,
      },
    });
  }

  get(id: string): Promise<CallRecord | undefined> {
    return this.#records.first(this.#records.select().where('id', '=', id));
  }

  list(page: PageRequest, filter: CallFilter = {}): Promise<Page<CallRecord>> {
    return this.#records.page(narrow(this.#records.select(), filter), page);
  }

  unfinished(): Promise<readonly CallRecord[]> {
    const { isShared, instance } = this.#engine;
    const live = this.#records.select().where('status', '!=', sql.lit('hangup'));
    return this.#records.all(isShared ? live.where('instance', '=', instance) : live);
  }

  write(record: CallRecord): CompiledQuery {
    return this.#records.upsert(this.#records.row(record));
  }
}

function narrow(all: Query, { status, since, number }: CallFilter): Query {
  let query = all;
  if (status !== undefined) query = query.where('status', '=', status);
  if (since !== undefined) query = query.where('tm_create', '>=', since);
  if (number !== undefined)
    query = query.where(({ eb, or }) => or([eb('source', '=', number), eb('destination', '=', number)]));
  return query;
}
