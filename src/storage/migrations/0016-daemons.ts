import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The daemons that share the database: what lives in one is its own for as long as its lease lasts. */
export const daemons: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createTable('daemons')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('tm_create', 'text', (column) => column.notNull())
      .addColumn('run', 'text', (column) => column.notNull())
      .addColumn('app', 'text', (column) => column.notNull())
      .addColumn('asterisk', 'text', (column) => column.notNull())
      .addColumn('status', 'text', (column) => column.notNull())
      .addColumn('lease_until', 'double precision', (column) => column.notNull())
      .execute();
    // An application of an Asterisk is served by one.
    await schema
      .createIndex('daemons_serving')
      .unique()
      .on('daemons')
      .columns(['asterisk', 'app'])
      .where(sql<boolean>`status = 'serves'`)
      .execute();
  },
};
