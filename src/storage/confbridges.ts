import { type CompiledQuery, sql } from 'kysely';
import type { ConfbridgeRecord } from '../conferences/confbridge-record.ts';
import { neverTime } from '../core/clock.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { Engine } from './engine.ts';
import { RecordTable } from './record-table.ts';
import type { ConfbridgeStore } from './store.ts';

/** Confbridges are written by the daemon only, in batches; one that was deleted may be made again with its id. */
export class ConfbridgeTable implements ConfbridgeStore {
  readonly #engine: Engine;
  readonly #records: RecordTable<ConfbridgeRecord>;

  constructor(engine: Engine) {
    this.#engine = engine;
    this.#records = new RecordTable<ConfbridgeRecord>(engine.database, {
      table: 'confbridges',
      columns: (record) => ({
        tm_delete: record.tm_delete,
        reference_id: record.reference_id,
        is_occupied: isOccupied(record) ? 1 : 0,
        idle_since: idleSince(record),
        instance: engine.instance,
      }),
    });
  }

  find(id: string): Promise<ConfbridgeRecord | undefined> {
    return this.#records.first(this.#records.select().where('id', '=', id));
  }

  list(page: PageRequest): Promise<Page<ConfbridgeRecord>> {
    return this.#records.page(this.#records.select().where('tm_delete', '=', sql.lit(neverTime)), page);
  }

  occupied(): Promise<readonly ConfbridgeRecord[]> {
    const { isShared, instance } = this.#engine;
    const occupied = this.#records.select().where('is_occupied', '=', sql.lit(1));
    return this.#records.all(isShared ? occupied.where('instance', '=', instance) : occupied);
  }

  write(record: ConfbridgeRecord): CompiledQuery {
    return this.#records.upsert(this.#records.row(record));
  }
}

function isOccupied({ channel_call_ids }: ConfbridgeRecord): boolean {
  return Object.keys(channel_call_ids).length > 0;
}

/** Since when nobody has had a use for it; that of a conference lives as long as that. */
function idleSince(record: ConfbridgeRecord): string {
  const { reference_type, tm_update, tm_delete } = record;
  if (tm_delete !== neverTime) return tm_delete;
  return reference_type === '' && !isOccupied(record) ? tm_update : neverTime;
}
