import type { CreateTableBuilder, Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** The first tables. Each holds its records as JSON text, and the columns that queries look for. */
export const resources: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await createResources(database);
    await createCalls(database);
    await createActiveflows(database);
    await database.schema
      .createTable('probe')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('tm_update', 'text', (column) => column.notNull())
      .execute();
  },
};

const isLive = sql<boolean>`tm_delete = '9999-01-01 00:00:00.000000'`;

async function createResources(database: Kysely<unknown>): Promise<void> {
  await resource(database, 'flows').execute();
  await resource(database, 'numbers')
    .addColumn('number', 'text', (column) => column.notNull())
    .execute();
  await resource(database, 'webhooks')
    .addColumn('is_default', 'integer', (column) => column.notNull())
    .execute();
  for (const table of ['flows', 'numbers', 'webhooks']) {
    await database.schema
      .createIndex(`${table}_live`)
      .on(table)
      .columns(['tm_create', 'id'])
      .where(isLive)
      .execute();
  }
  await database.schema
    .createIndex('numbers_number')
    .on('numbers')
    .column('number')
    .unique()
    .where(isLive)
    .execute();
  await database.schema
    .createIndex('webhooks_default')
    .on('webhooks')
    .column('is_default')
    .unique()
    .where(sql<boolean>`is_default = 1 and ${isLive}`)
    .execute();
}

async function createCalls(database: Kysely<unknown>): Promise<void> {
  await table(database, 'calls')
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('source', 'text', (column) => column.notNull())
    .addColumn('destination', 'text', (column) => column.notNull())
    .execute();
  const { schema } = database;
  await schema.createIndex('calls_newest').on('calls').columns(['tm_create', 'id']).execute();
  await schema.createIndex('calls_status').on('calls').columns(['status', 'tm_create', 'id']).execute();
  await schema.createIndex('calls_source').on('calls').columns(['source', 'tm_create', 'id']).execute();
  await schema
    .createIndex('calls_destination')
    .on('calls')
    .columns(['destination', 'tm_create', 'id'])
    .execute();
  await schema
    .createIndex('calls_unfinished')
    .on('calls')
    .columns(['tm_create', 'id'])
    .where(sql<boolean>`status != 'hangup'`)
    .execute();
}

async function createActiveflows(database: Kysely<unknown>): Promise<void> {
  await table(database, 'activeflows')
    .addColumn('is_ended', 'integer', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull())
    .execute();
  await database.schema
    .createIndex('activeflows_newest')
    .on('activeflows')
    .columns(['tm_create', 'id'])
    .execute();
  await database.schema
    .createIndex('activeflows_unfinished')
    .on('activeflows')
    .columns(['tm_create', 'id'])
    .where(sql<boolean>`is_ended = 0`)
    .execute();
}

function resource(database: Kysely<unknown>, name: string): CreateTableBuilder<string, string> {
  return table(database, name)
    .addColumn('tm_update', 'text', (column) => column.notNull())
    .addColumn('tm_delete', 'text', (column) => column.notNull());
}

function table(database: Kysely<unknown>, name: string): CreateTableBuilder<string, string> {
  return database.schema
    .createTable(name)
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('record', 'text', (column) => column.notNull())
    .addColumn('tm_create', 'text', (column) => column.notNull());
}
