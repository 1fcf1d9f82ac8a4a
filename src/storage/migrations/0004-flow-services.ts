import type { CreateTableBuilder, Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const isLive = sql<boolean>`tm_delete = '9999-01-01 00:00:00.000000'`;

/** What flows keep or hand over: agents, short links, variables of contacts, requests to be made. */
export const flowServices: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    const { schema } = database;
    await table(database, 'agents')
      .addColumn('tm_update', 'text', (column) => column.notNull())
      .addColumn('tm_delete', 'text', (column) => column.notNull())
      .addColumn('username', 'text', (column) => column.notNull())
      .execute();
    await schema.createIndex('agents_live').on('agents').columns(['tm_create', 'id']).where(isLive).execute();
    await schema
      .createIndex('agents_username')
      .on('agents')
      .column('username')
      .unique()
      .where(isLive)
      .execute();
    await table(database, 'links').execute();
    await table(database, 'user_variables')
      .addColumn('number', 'text', (column) => column.notNull())
      .execute();
    await schema
      .createIndex('user_variables_number')
      .on('user_variables')
      .columns(['number', 'tm_create', 'id'])
      .execute();
    await table(database, 'later_requests')
      .addColumn('lease_until', 'double precision', (column) => column.notNull())
      .execute();
    await schema.createIndex('later_requests_lease').on('later_requests').columns(['lease_until']).execute();
  },
};

function table(database: Kysely<unknown>, name: string): CreateTableBuilder<string, string> {
  return database.schema
    .createTable(name)
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('record', 'text', (column) => column.notNull())
    .addColumn('tm_create', 'text', (column) => column.notNull());
}
