import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const isLive = sql<boolean>`tm_delete = '9999-01-01 00:00:00.000000'`;

/** Recordings of calls; their audio lies in files. */
export const recordings: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createTable('recordings')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('tm_create', 'text', (column) => column.notNull())
      .addColumn('tm_delete', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('reference_id', 'text', (column) => column.notNull())
      .addColumn('instance', 'text', (column) => column.notNull())
      .execute();
    const index = (name: string) => schema.createIndex(`recordings_${name}`).on('recordings');
    await index('live').columns(['tm_create', 'id']).where(isLive).execute();
    await index('files')
      .columns(['tm_create', 'id'])
      .where(sql<boolean>`status = 'done' and ${isLive}`)
      .execute();
    await index('call').columns(['reference_id', 'tm_create', 'id']).execute();
    await index('over').columns(['tm_create']).where(sql<boolean>`status in ('done', 'failed')`).execute();
    await index('unfinished')
      .columns(['tm_create', 'id'])
      .where(sql<boolean>`status in ('recording', 'paused')`)
      .execute();
  },
};
