import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Sounds that users upload, and their audio (base64, by `audio_id`): a sound is read without it. */
export const sounds: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createTable('sounds')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('language', 'text', (column) => column.notNull())
      .addColumn('bytes', 'bigint', (column) => column.notNull())
      .addColumn('tm_create', 'text', (column) => column.notNull())
      .addColumn('tm_update', 'text', (column) => column.notNull())
      .addColumn('tm_delete', 'text', (column) => column.notNull())
      .execute();
    const live = sql<boolean>`tm_delete = '9999-01-01 00:00:00.000000'`;
    await schema.createIndex('sounds_live').on('sounds').columns(['tm_create', 'id']).where(live).execute();
    await schema
      .createIndex('sounds_live_name')
      .unique()
      .on('sounds')
      .columns(['name', 'language'])
      .where(live)
      .execute();
    await schema
      .createTable('sound_audio')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('tm_create', 'text', (column) => column.notNull())
      .execute();
  },
};
