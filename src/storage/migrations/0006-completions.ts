import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Flows that are to run because an activeflow has ended; each daemon runs those of its own. */
export const completions: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createTable('completions')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('tm_create', 'text', (column) => column.notNull())
      .addColumn('instance', 'text', (column) => column.notNull())
      .execute();
  },
};
