import { type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What a queue has done is counted in an index, without reading what happened to each call. Those of an earlier version count as well. */
export const queueFigures: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    const { schema } = database;
    for (const name of ['duration_waiting', 'duration_service', 'is_callback'])
      await schema
        .alterTable('queuecalls')
        .addColumn(name, 'integer', (column) => column.notNull().defaultTo(0))
        .execute();
    const isSqlite = database.getExecutor().adapter instanceof SqliteAdapter;
    // There is no text of anybody's in these records: both databases read their JSON.
    const at = (field: string) =>
      isSqlite
        ? sql`json_extract(record, ${sql.lit(`$.${field}`)})`
        : sql`cast(record::json ->> ${sql.lit(field)} as integer)`;
    await sql`
      update queuecalls set duration_waiting = coalesce(${at('duration_waiting')}, 0),
        duration_service = coalesce(${at('duration_service')}, 0)
    `.execute(database);
    await schema
      .createIndex('queuecalls_figures')
      .on('queuecalls')
      .columns(['queue_id', 'tm_create', 'status', 'duration_waiting', 'duration_service', 'is_callback'])
      .where(sql<boolean>`is_ended = 1`)
      .execute();
  },
};
