import { type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Finds a call by its channel. Those of an earlier version are found as well. */
export const callChannels: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    const { schema } = database;
    await schema
      .alterTable('calls')
      .addColumn('channel', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
    // Ids of channels have no quotes in them, and neither database reads all the JSON that the other does.
    const key = '"channel":"';
    const position = sql.raw(database.getExecutor().adapter instanceof SqliteAdapter ? 'instr' : 'strpos');
    const behind = sql`substr(state, ${position}(state, ${sql.lit(key)}) + ${sql.lit(key.length)})`;
    await sql`
      update calls set channel = substr(${behind}, 1, ${position}(${behind}, '"') - 1)
      where ${position}(state, ${sql.lit(key)}) > 0
    `.execute(database);
    await schema.createIndex('calls_channel').on('calls').column('channel').execute();
  },
};
