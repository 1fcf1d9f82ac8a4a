import type { CreateTableBuilder, Kysely } from 'kysely';
import { sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Queues, the calls in them, and which instance has an agent on a call. */
export const queues: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    const { schema } = database;
    await table(database, 'queues')
      .addColumn('tm_update', 'text', (column) => column.notNull())
      .addColumn('tm_delete', 'text', (column) => column.notNull())
      .execute();
    await schema
      .createIndex('queues_live')
      .on('queues')
      .columns(['tm_create', 'id'])
      .where(sql<boolean>`tm_delete = '9999-01-01 00:00:00.000000'`)
      .execute();
    await table(database, 'agent_holds')
      .addColumn('instance', 'text', (column) => column.notNull())
      .execute();
    await createQueuecalls(database);
  },
};

async function createQueuecalls(database: Kysely<unknown>): Promise<void> {
  await table(database, 'queuecalls')
    .addColumn('queue_id', 'text', (column) => column.notNull())
    .addColumn('reference_id', 'text', (column) => column.notNull())
    .addColumn('status', 'text', (column) => column.notNull())
    .addColumn('is_ended', 'integer', (column) => column.notNull())
    .addColumn('instance', 'text', (column) => column.notNull())
    .execute();
  const { schema } = database;
  const index = (name: string, columns: readonly string[]) =>
    schema
      .createIndex(`queuecalls_${name}`)
      .on('queuecalls')
      .columns([...columns, 'tm_create', 'id']);
  await index('newest', []).execute();
  await index('queue', ['queue_id']).execute();
  await index('reference', ['reference_id']).execute();
  await index('unfinished', []).where(sql<boolean>`is_ended = 0`).execute();
}

function table(database: Kysely<unknown>, name: string): CreateTableBuilder<string, string> {
  return database.schema
    .createTable(name)
    .addColumn('id', 'text', (column) => column.primaryKey())
    .addColumn('record', 'text', (column) => column.notNull())
    .addColumn('tm_create', 'text', (column) => column.notNull());
}
