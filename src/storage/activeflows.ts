import { type CompiledQuery, sql } from 'kysely';
import type { ShownActiveflow } from '../flows/activeflow-record.ts';
import type { StoredActiveflow } from '../news/batch.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { ReferenceFilter } from '../ports/read-store.ts';
import type { Engine } from './engine.ts';
import { RecordTable } from './record-table.ts';
import type { ActiveflowStore } from './store.ts';

/** Activeflows with their state, which only recovery reads. Written by the daemon only, in batches. */
export class ActiveflowTable implements ActiveflowStore {
  readonly #engine: Engine;
  readonly #records: RecordTable<ShownActiveflow>;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#records = new RecordTable<ShownActiveflow>(engine.database, {
      table: 'activeflows',
      columns: ({ reference_id }) => ({ reference_id, instance: engine.instance }),
      since: { status: 'ended' },
    });
  }

  get(id: string): Promise<ShownActiveflow | undefined> {
    return this.#records.first(this.#records.select().where('id', '=', id));
  }

  list(page: PageRequest, { reference_id }: ReferenceFilter = {}): Promise<Page<ShownActiveflow>> {
    const all = this.#records.select();
    return this.#records.page(
      reference_id === undefined ? all : all.where('reference_id', '=', reference_id),
      page,
    );
  }

  async stored(id: string): Promise<StoredActiveflow | undefined> {
    const row = await this.#withState().where('id', '=', id).executeTakeFirst();
    return row && storedOf(row);
  }

  async unfinished(): Promise<readonly StoredActiveflow[]> {
    const { isShared, instance } = this.#engine;
    const live = this.#withState().where('is_ended', '=', sql.lit(0));
    const ours = isShared ? live.where('instance', '=', instance) : live;
    const rows = await ours.orderBy('tm_create').orderBy('id').execute();
    return rows.map(storedOf);
  }

  write({ record, state, isEnded }: StoredActiveflow): CompiledQuery {
    const row = this.#records.row({ ...record, status: isEnded ? 'ended' : 'running' });
    return this.#records.upsert({ ...row, is_ended: isEnded ? 1 : 0, state });
  }

  #withState() {
    return this.#engine.database.selectFrom('activeflows').select(['record', 'state', 'is_ended']);
  }
}

interface StateRow {
  readonly record: string;
  readonly state: string | number;
  readonly is_ended: string | number;
}

function storedOf({ record: text, state, is_ended }: StateRow): StoredActiveflow {
  const { status: _, ...record } = JSON.parse(text) as ShownActiveflow; // written above
  return { record, state: String(state), isEnded: is_ended === 1 };
}
