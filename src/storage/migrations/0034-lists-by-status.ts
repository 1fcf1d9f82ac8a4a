import { type Kysely, SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const nowhere = sql.lit('00000000-0000-0000-0000-000000000000');
const isShown = sql<boolean>`tm_delete = '9999-01-01 00:00:00.000000'`;

/** What is recorded, transcribed or left is listed by its status, and a number by each of the flows that it runs. */
export const listsByStatus: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    const { schema } = database;
    for (const table of ['recordings', 'transcribes', 'voicemails'])
      await schema
        .createIndex(`${table}_status`)
        .on(table)
        .columns(['status', 'tm_create', 'id'])
        .where(isShown)
        .execute();
    for (const column of ['message_flow_id', 'closed_flow_id']) {
      await schema
        .alterTable('numbers')
        .addColumn(column, 'text', (made) => made.notNull().defaultTo(''))
        .execute();
      const flow = textAt(database, column);
      await sql`update numbers set ${sql.ref(column)} = coalesce(nullif(${flow}, ${nowhere}), '')`.execute(
        database,
      );
      await schema
        .createIndex(`numbers_${column}`)
        .on('numbers')
        .columns([column, 'tm_create', 'id'])
        .execute();
    }
  },
};

/** Reads an id out of a record. PostgreSQL takes no JSON with a NUL in it: such a record is found when it is next written. */
function textAt(database: Kysely<unknown>, field: string) {
  if (database.getExecutor().adapter instanceof SqliteAdapter)
    return sql`json_extract(record, ${sql.lit(`$.${field}`)})`;
  return sql`case when position('\\u0000' in record) = 0 and record !~ '\\\\u[dD][89a-fA-F]'
    then record::json ->> ${sql.lit(field)} end`;
}
