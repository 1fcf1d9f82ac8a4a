import { type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Finds what belongs to a call: its activeflows and its deliveries. Those of an earlier version are found as well. */
export const byCall: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await findActiveflows(database);
    await findDeliveries(database);
  },
};

async function findActiveflows(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  await schema
    .alterTable('activeflows')
    .addColumn('reference_id', 'text', (column) => column.notNull().defaultTo(''))
    .execute();
  // Only ids stand before it in the text, and neither database reads all the JSON that the other does.
  const key = '"reference_id":"';
  const position = sql.raw(database.getExecutor().adapter instanceof SqliteAdapter ? 'instr' : 'strpos');
  await sql`
    update activeflows set reference_id = substr(record, ${position}(record, ${sql.lit(key)}) + ${sql.lit(key.length)}, 36)
  `.execute(database);
  await schema
    .createIndex('activeflows_reference')
    .on('activeflows')
    .columns(['reference_id', 'tm_create', 'id'])
    .execute();
}

async function findDeliveries(database: Kysely<unknown>): Promise<void> {
  const { schema } = database;
  await schema.alterTable('deliveries').addColumn('call_id', 'text').execute();
  // One that was set aside has lost the lane of its call, and is not found.
  const lane = sql`substr(lane_key, length(endpoint_id) + 2)`;
  await sql`
    update deliveries set call_id = ${lane} where exists (select 1 from calls where calls.id = ${lane})
  `.execute(database);
  // With the endpoint in it, lest an index of all its deliveries seem as good.
  await schema
    .createIndex('deliveries_call')
    .on('deliveries')
    .columns(['call_id', 'endpoint_id', 'seq'])
    .where(sql<boolean>`call_id is not null`)
    .execute();
}
