import type { CreateTableBuilder, Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const isLive = sql<boolean>`tm_delete = '9999-01-01 00:00:00.000000'`;

/** Conferences, the confbridges they and others meet in, and the calls in them. */
export const conferences: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    const { schema } = database;
    await table(database, 'conferences')
      .addColumn('tm_update', 'text', (column) => column.notNull())
      .addColumn('tm_delete', 'text', (column) => column.notNull())
      .addColumn('is_limited', 'integer', (column) => column.notNull())
      .execute();
    await table(database, 'confbridges')
      .addColumn('tm_delete', 'text', (column) => column.notNull())
      .addColumn('reference_id', 'text', (column) => column.notNull())
      .addColumn('is_occupied', 'integer', (column) => column.notNull())
      .addColumn('idle_since', 'text', (column) => column.notNull())
      .addColumn('instance', 'text', (column) => column.notNull())
      .execute();
    for (const name of ['conferences', 'confbridges'])
      await schema.createIndex(`${name}_live`).on(name).columns(['tm_create', 'id']).where(isLive).execute();
    await schema
      .createIndex('confbridges_occupied')
      .on('confbridges')
      .columns(['tm_create', 'id'])
      .where(sql<boolean>`is_occupied = 1`)
      .execute();
    await schema.createIndex('confbridges_idle').on('confbridges').column('idle_since').execute();
    await createConferencecalls(database);
  },
};

async function createConferencecalls(database: Kysely<unknown>): Promise<void> {
  await table(database, 'conferencecalls')
    .addColumn('conference_id', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('instance', 'text', (column) => column.notNull())
    .execute();
  const { schema } = database;
  await schema
    .createIndex('conferencecalls_newest')
    .on('conferencecalls')
    .columns(['tm_create', 'id'])
    .execute();
  await schema
    .createIndex('conferencecalls_conference')
    .on('conferencecalls')
    .columns(['conference_id', 'tm_create', 'id'])
    .execute();
  await schema
    .createIndex('conferencecalls_unfinished')
    .on('conferencecalls')
    .columns(['tm_create', 'id'])
    .where(sql<boolean>`status != 'leaved'`)
    .execute();
}

function table(database: Kysely<unknown>, name: string): CreateTableBuilder<string, string> {
  return database.schema
    .createTable(name)
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('record', 'text', (column) => column.notNull())
    .addColumn('tm_create', 'text', (column) => column.notNull());
}
