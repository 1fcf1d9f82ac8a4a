import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Messages, and the conversations they are of. */
export const messages: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createTable('messages')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('tm_create', 'text', (column) => column.notNull())
      .addColumn('tm_delete', 'text', (column) => column.notNull())
      .addColumn('direction', 'text', (column) => column.notNull())
      .addColumn('is_settled', 'integer', (column) => column.notNull())
      .addColumn('instance', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .execute();
    const index = (name: string) => schema.createIndex(`messages_${name}`).on('messages');
    await index('live')
      .columns(['tm_create', 'id'])
      .where(sql<boolean>`tm_delete = '9999-01-01 00:00:00.000000'`)
      .execute();
    await index('over').columns(['tm_create']).where(sql<boolean>`is_settled = 1`).execute();
    await index('unfinished').columns(['tm_create', 'id']).where(sql<boolean>`is_settled = 0`).execute();
    await schema
      .createTable('conversations')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('tm_create', 'text', (column) => column.notNull())
      .addColumn('tm_update', 'text', (column) => column.notNull())
      .addColumn('instance', 'text', (column) => column.notNull())
      .addColumn('state', 'text', (column) => column.notNull())
      .execute();
    await schema
      .createIndex('conversations_newest')
      .on('conversations')
      .columns(['tm_create', 'id'])
      .execute();
    await schema.createIndex('conversations_used').on('conversations').column('tm_update').execute();
  },
};
