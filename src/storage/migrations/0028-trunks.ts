import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Ways to telephone numbers, and from them. */
export const trunks: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createTable('trunks')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('words', 'text', (column) => column.notNull().defaultTo(''))
      .addColumn('tm_create', 'text', (column) => column.notNull())
      .addColumn('tm_update', 'text', (column) => column.notNull())
      .addColumn('tm_delete', 'text', (column) => column.notNull())
      .execute();
    await schema
      .createIndex('trunks_live')
      .on('trunks')
      .columns(['tm_create', 'id'])
      .where(sql<boolean>`tm_delete = '9999-01-01 00:00:00.000000'`)
      .execute();
  },
};
