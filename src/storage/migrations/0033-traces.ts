import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What calls have met, page by page, where that has no room in their states. */
export const traces: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createTable('traces')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('tm_create', 'text', (column) => column.notNull())
      .addColumn('call_id', 'text', (column) => column.notNull())
      .addColumn('instance', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .execute();
    await schema.createIndex('traces_newest').on('traces').columns(['tm_create', 'id']).execute();
    await schema.createIndex('traces_call').on('traces').columns(['call_id', 'tm_create', 'id']).execute();
  },
};
