import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Where people have put the actions of flows. */
export const flowLayouts: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createTable('flow_layouts')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('tm_create', 'text', (column) => column.notNull())
      .execute();
  },
};
