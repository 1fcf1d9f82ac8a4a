import type { Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const isLive = sql<boolean>`tm_delete = '9999-01-01 00:00:00.000000'`;

/** The tokens of the API. */
export const tokens: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    const { schema } = database;
    await schema
      .createTable('tokens')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('tm_create', 'text', (column) => column.notNull())
      .addColumn('tm_update', 'text', (column) => column.notNull())
      .addColumn('tm_delete', 'text', (column) => column.notNull())
      .addColumn('prefix', 'text', (column) => column.notNull())
      .execute();
    await schema.createIndex('tokens_live').on('tokens').columns(['tm_create', 'id']).where(isLive).execute();
    // Also among the deleted ones: a prefix names one token for ever.
    await schema.createIndex('tokens_prefix').on('tokens').column('prefix').unique().execute();
  },
};
