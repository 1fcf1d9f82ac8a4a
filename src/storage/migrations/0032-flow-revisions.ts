import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What flows were before they were changed; as they are they stand where they stood. */
export const flowRevisions: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createTable('flow_revisions')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('flow_id', 'text', (column) => column.notNull())
      .addColumn('revision', 'integer', (column) => column.notNull())
      .addColumn('name', 'text', (column) => column.notNull())
      .addColumn('detail', 'text', (column) => column.notNull())
      .addColumn('tm_create', 'text', (column) => column.notNull())
      .execute();
    await schema
      .createIndex('flow_revisions_flow')
      .on('flow_revisions')
      .columns(['flow_id', 'revision'])
      .execute();
  },
};
