import { sql } from 'kysely';
import { type ConferenceRecord, conferenceDefaults } from '../conferences/conference-record.ts';
import { neverTime } from '../core/clock.ts';
import { wordsOf } from '../core/words.ts';
import type { Engine } from './engine.ts';
import { LinkedTable } from './linked-table.ts';
import { RecordTable } from './record-table.ts';
import type { ConferenceStore } from './store.ts';

const table = 'conferences';
const columns = ({ timeout }: ConferenceRecord) => ({ is_limited: timeout > 0 ? 1 : 0 });
const words = ({ name, detail }: ConferenceRecord) => wordsOf(name, detail);

/** Conferences, and what their confbridges say of them. */
export class ConferenceTable extends LinkedTable<ConferenceRecord> implements ConferenceStore {
  readonly #engine: Engine;
  readonly #records: RecordTable<ConferenceRecord>;

  constructor(engine: Engine) {
    super(engine.database, { table, columns, words, since: conferenceDefaults });
    this.#engine = engine;
    this.#records = new RecordTable(engine.database, { table, columns, words, since: conferenceDefaults });
  }

  limited(): Promise<readonly ConferenceRecord[]> {
    return this.where('is_limited', 1);
  }

  halfEnded(): Promise<readonly ConferenceRecord[]> {
    const { database, isShared, instance } = this.#engine;
    const never = sql.lit(neverTime);
    const live = database
      .selectFrom('confbridges')
      .select('reference_id')
      .where('tm_delete', '=', never)
      .$castTo<{ reference_id: string }>();
    const ours = isShared ? live.where('instance', '=', instance) : live;
    return this.#records.all(this.#records.select().where('tm_delete', '<>', never).where('id', 'in', ours));
  }
}
