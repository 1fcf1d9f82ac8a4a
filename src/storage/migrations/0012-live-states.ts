import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What is written beside the record of all that lives, and external media, of which nothing was kept before. */
export const liveStates: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    for (const table of ['calls', 'queuecalls', 'confbridges', 'conferencecalls', 'recordings'])
      await schema
        .alterTable(table)
        .addColumn('state', 'text', (column) => column.notNull().defaultTo('{}'))
        .execute();
    await schema
      .createTable('external_medias')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('tm_create', 'text', (column) => column.notNull())
      .addColumn('reference_id', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('instance', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .execute();
    const index = (name: string) => schema.createIndex(`external_medias_${name}`).on('external_medias');
    await index('newest').columns(['tm_create', 'id']).execute();
    await index('call').columns(['reference_id', 'tm_create', 'id']).execute();
    await index('unfinished').columns(['tm_create', 'id']).where(sql<boolean>`status = 'started'`).execute();
  },
};
