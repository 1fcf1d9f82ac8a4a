import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Transcriptions, and what was said in them. */
export const transcribes: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    const table = (name: string) =>
      schema
        .createTable(name)
        .addColumn('id', 'text', (column) => column.primaryKey())
        .addColumn('record', 'text', (column) => column.notNull())
        .addColumn('tm_create', 'text', (column) => column.notNull())
        .addColumn('reference_id', 'text', (column) => column.notNull())
        .addColumn('instance', 'text', (column) => column.notNull())
        .addColumn('state', 'text', (column) => column.notNull());
    await table('transcribes')
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('tm_delete', 'text', (column) => column.notNull())
      .execute();
    await table('transcripts')
      .addColumn('transcribe_id', 'text', (column) => column.notNull())
      .execute();
    const index = (of: string, name: string, ...columns: readonly string[]) =>
      schema
        .createIndex(`${of}_${name}`)
        .on(of)
        .columns([...columns, 'tm_create', 'id']);
    await index('transcribes', 'newest').execute();
    await index('transcribes', 'reference', 'reference_id').execute();
    await index('transcribes', 'unfinished').where(sql<boolean>`status = 'progressing'`).execute();
    await index('transcripts', 'newest').execute();
    await index('transcripts', 'transcribe', 'transcribe_id').execute();
    await index('transcripts', 'reference', 'reference_id').execute();
  },
};
