import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Webhook deliveries, and the lanes they wait in: one row for each lane that has something pending or is being worked on. */
export const outbox: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await createDeliveries(database);
    await createLanes(database);
  },
};

const isPending = sql<boolean>`state = 'pending'`;

async function createDeliveries({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('deliveries')
    .addColumn('seq', 'integer', (column) => column.primaryKey().autoIncrement())
    .addColumn('id', 'text', (column) => column.notNull().unique())
    .addColumn('endpoint_id', 'text', (column) => column.notNull())
    .addColumn('lane_key', 'text', (column) => column.notNull())
    .addColumn('type', 'text', (column) => column.notNull())
    .addColumn('body', 'text', (column) => column.notNull())
    .addColumn('created_at', 'double precision', (column) => column.notNull())
    .addColumn('state', 'text', (column) => column.notNull().defaultTo('pending'))
    .addColumn('attempts', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('next_at', 'double precision', (column) => column.notNull())
    .addColumn('failing_since', 'double precision', (column) => column.notNull().defaultTo(0))
    .addColumn('status', 'integer', (column) => column.notNull().defaultTo(0))
    .addColumn('error', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('tried_at', 'double precision', (column) => column.notNull().defaultTo(0))
    .execute();
  await schema
    .createIndex('deliveries_pending')
    .on('deliveries')
    .columns(['lane_key', 'seq'])
    .where(isPending)
    .execute();
  await schema.createIndex('deliveries_newest').on('deliveries').columns(['endpoint_id', 'seq']).execute();
}

async function createLanes({ schema }: Kysely<unknown>): Promise<void> {
  await schema
    .createTable('lanes')
    .addColumn('key', 'text', (column) => column.primaryKey())
    .addColumn('endpoint_id', 'text', (column) => column.notNull())
    .addColumn('due_at', 'double precision', (column) => column.notNull())
    .addColumn('lease', 'text', (column) => column.notNull().defaultTo(''))
    .addColumn('lease_until', 'double precision', (column) => column.notNull().defaultTo(0))
    .execute();
  await schema.createIndex('lanes_due').on('lanes').columns(['endpoint_id', 'due_at']).execute();
  await schema
    .createIndex('lanes_leased')
    .on('lanes')
    .columns(['endpoint_id', 'lease_until'])
    .where(sql<boolean>`lease <> ''`)
    .execute();
}
