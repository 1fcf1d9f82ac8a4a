import { type Kysely, type RawBuilder, SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Where people look for what they remember of a thing: what is kept of it as `words` (`storage/words.ts`). */
const fields: Readonly<Record<string, readonly string[]>> = {
  calls: ['source.target', 'source.target_name', 'destination.target', 'destination.target_name'],
  flows: ['name', 'detail'],
  numbers: ['number', 'name', 'detail'],
  webhooks: ['name', 'detail', 'uri'],
  agents: ['username', 'name', 'detail'],
  queues: ['name', 'detail'],
  conferences: ['name', 'detail'],
  chatbots: ['name', 'detail'],
};

/** Records are found by a part of their words, and calls by their flow. */
export const words: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    const { schema } = database;
    const textAt = reader(database);
    for (const [table, paths] of Object.entries(fields)) {
      await schema
        .alterTable(table)
        .addColumn('words', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
      const all = sql.join(
        paths.map((path) => sql`coalesce(${textAt(path)}, '')`),
        sql` || ' ' || `,
      );
      await sql`update ${sql.table(table)} set words = lower(${all})`.execute(database);
    }
    await schema
      .alterTable('calls')
      .addColumn('flow_id', 'text', (column) => column.notNull().defaultTo(''))
      .execute();
    await sql`update calls set flow_id = coalesce(${textAt('flow_id')}, '')`.execute(database);
    await schema.createIndex('calls_flow').on('calls').columns(['flow_id', 'tm_create', 'id']).execute();
  },
};

/** Reads a text out of a record. PostgreSQL takes no JSON with a NUL in it: such a record is found when it is next written. */
function reader(database: Kysely<unknown>): (path: string) => RawBuilder<string> {
  if (database.getExecutor().adapter instanceof SqliteAdapter)
    return (path) => sql`json_extract(record, ${sql.lit(`$.${path}`)})`;
  return (path) =>
    sql`case when position('\\u0000' in record) = 0 and record !~ '\\\\u[dD][89a-fA-F]'
      then record::json #>> ${sql.lit(`{${path.replace('.', ',')}}`)} end`;
}
