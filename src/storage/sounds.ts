import { type Kysely, sql } from 'kysely';
import { neverTime } from '../core/clock.ts';
import { wordsOf } from '../core/words.ts';
import type { Change } from '../ports/changes.ts';
import type { SoundRecord } from '../sounds/sound-record.ts';
import type { SoundStore, WithAudio } from '../sounds/sound-store.ts';
import type { Engine } from './engine.ts';
import { LinkedTable } from './linked-table.ts';
import { type Pointer, pointersToSound } from './pointers.ts';
import type { Tables } from './tables.ts';
import { Writes } from './writes.ts';

export function soundStore(engine: Engine): SoundStore {
  return new SoundTable(engine);
}

/** Sounds; their audio beside them, written and deleted in one transaction with what points to it. */
class SoundTable extends LinkedTable<SoundRecord> implements SoundStore {
  readonly #database: Kysely<Tables>;

  constructor(engine: Engine) {
    super(engine.database, {
      table: 'sounds',
      columns: ({ name, language, size }) => ({ name, language: language.toLowerCase(), bytes: size }),
      words: ({ name, detail }) => wordsOf(name, detail),
      writes: Writes.of(engine),
    });
    this.#database = engine.database;
  }

  byName(name: string): Promise<readonly SoundRecord[]> {
    return this.where('name', name);
  }

  async audio(audioId: string): Promise<Buffer | undefined> {
    const row = await this.#database
      .selectFrom('sound_audio')
      .select('record')
      .where('id', '=', audioId)
      .executeTakeFirst();
    return row && Buffer.from(row.record, 'base64');
  }

  add(record: SoundRecord, { audio, most }: WithAudio): Promise<boolean> {
    return this.inTurn(async (records, transaction) => {
      if ((await sizeOfAll(transaction)) + record.size > most) return false;
      await records.insert(record);
      await insertAudio(transaction, record, audio);
      return true;
    });
  }

  replace(
    id: string,
    change: Change<SoundRecord>,
    { audio, most }: WithAudio,
  ): Promise<SoundRecord | false | undefined> {
    return this.inTurn(async (records, transaction) => {
      const before = await records.get(id);
      if (before === undefined) return undefined;
      const { size = before.size } = change;
      if ((await sizeOfAll(transaction)) - before.size + size > most) return false;
      const changed = await records.update(id, change);
      if (changed === undefined) return undefined;
      await deleteAudio(transaction, before.audio_id);
      await insertAudio(transaction, changed, audio);
      return changed;
    });
  }

  protected override deleteWith({ audio_id }: SoundRecord, transaction: Kysely<Tables>): Promise<void> {
    return deleteAudio(transaction, audio_id);
  }

  /** Where another language has it too, that is played. */
  protected override async pointersTo(
    { id, name }: SoundRecord,
    transaction: Kysely<Tables>,
  ): Promise<readonly Pointer[]> {
    const others = await transaction
      .selectFrom('sounds')
      .select('id')
      .where('name', '=', name)
      .where('id', '<>', id)
      .where('tm_delete', '=', sql.lit(neverTime))
      .executeTakeFirst();
    return others ? [] : pointersToSound(transaction, name);
  }
}

/** What all of them take, in bytes. */
async function sizeOfAll(transaction: Kysely<Tables>): Promise<number> {
  const row = await transaction
    .selectFrom('sounds')
    .select(({ fn }) => fn.sum('bytes').as('total'))
    .where('tm_delete', '=', sql.lit(neverTime))
    .executeTakeFirst();
  return Number(row?.total ?? 0);
}

async function insertAudio(
  transaction: Kysely<Tables>,
  { audio_id: id, tm_update: tm_create }: SoundRecord,
  audio: Buffer,
): Promise<void> {
  const record = audio.toString('base64');
  await transaction.insertInto('sound_audio').values({ id, record, tm_create }).execute();
}

async function deleteAudio(transaction: Kysely<Tables>, audioId: string): Promise<void> {
  await transaction.deleteFrom('sound_audio').where('id', '=', audioId).execute();
}
