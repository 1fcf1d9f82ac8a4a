import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Calls to be made at a time to come. */
export const laterCalls: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createTable('later_calls')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('tm_create', 'text', (column) => column.notNull())
      .addColumn('lease_until', 'double precision', (column) => column.notNull())
      .execute();
    await schema.createIndex('later_calls_lease').on('later_calls').columns(['lease_until']).execute();
  },
};
