import { type Kysely, type RawBuilder, SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

const columns = ['source', 'destination', 'flow_id', 'words'];

/** Calls of a later time are listed, and found by their numbers and their flow, as calls are. */
export const foundLaterCalls: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    const { schema } = database;
    for (const name of columns)
      await schema
        .alterTable('later_calls')
        .addColumn(name, 'text', (column) => column.notNull().defaultTo(''))
        .execute();
    const textAt = reader(database);
    const [source, destination] = [textAt('source.target'), textAt('destination.target')];
    const words = sql.join(
      [source, textAt('source.target_name'), destination, textAt('destination.target_name')],
      sql` || ' ' || `,
    );
    await sql`
      update later_calls set source = ${source}, destination = ${destination}, flow_id = ${textAt('flowId')}, words = lower(${words})
    `.execute(database);
    const index = (name: string) => schema.createIndex(`later_calls_${name}`).on('later_calls');
    await index('newest').columns(['tm_create', 'id']).execute();
    await index('source').columns(['source', 'tm_create', 'id']).execute();
    await index('destination').columns(['destination', 'tm_create', 'id']).execute();
    await index('flow').columns(['flow_id', 'tm_create', 'id']).execute();
  },
};

/** Reads a text of the call, which is JSON within the record. PostgreSQL takes none with a NUL in it: that call is found by its time only. */
function reader(database: Kysely<unknown>): (path: string) => RawBuilder<string> {
  if (database.getExecutor().adapter instanceof SqliteAdapter)
    return (path) => sql`coalesce(json_extract(json_extract(record, '$.work'), ${sql.lit(`$.${path}`)}), '')`;
  return (path) =>
    sql`coalesce(case when position('\\u0000' in record) = 0 and record !~ '\\\\u[dD][89a-fA-F]'
      then (record::json ->> 'work')::json #>> ${sql.lit(`{${path.replace('.', ',')}}`)} end, '')`;
}
