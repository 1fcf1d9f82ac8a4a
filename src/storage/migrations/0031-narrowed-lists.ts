import { type Kysely, type RawBuilder, SqliteAdapter, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** By what else lists are narrowed: the columns, and where in a record it is; several places make words. */
const fields: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  activeflows: { flow_id: ['flow_id'] },
  conferencecalls: { reference_id: ['reference_id'] },
  voicemails: { call_id: ['call_id'], source: ['source.target'] },
  conversations: {
    source: ['source.target'],
    destination: ['destination.target'],
    words: ['source.target', 'source.target_name', 'destination.target', 'destination.target_name'],
  },
  numbers: { flow_id: ['call_flow_id'] },
  agents: { status: ['status'] },
  webhooks: { status: ['status'] },
  extensions: { words: ['extension', 'name', 'detail'] },
  sounds: { words: ['name', 'detail'] },
  tokens: { words: ['name'] },
  messages: { parties: [], words: [] },
};

const indexes: readonly (readonly [table: string, name: string, column: string])[] = [
  ['activeflows', 'flow', 'flow_id'],
  ['conferencecalls', 'call', 'reference_id'],
  ['conferencecalls', 'status', 'status'],
  ['queuecalls', 'status', 'status'],
  ['voicemails', 'call', 'call_id'],
  ['voicemails', 'source', 'source'],
  ['conversations', 'source', 'source'],
  ['conversations', 'destination', 'destination'],
  ['numbers', 'flow', 'flow_id'],
  ['agents', 'status', 'status'],
  ['webhooks', 'status', 'status'],
];

/** Lists are narrowed by what a thing has: its call, its flow, its numbers, its status, its time. */
export const narrowedLists: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    const { schema } = database;
    const reader = readerOf(database);
    for (const [table, columns] of Object.entries(fields)) {
      for (const [column, paths] of Object.entries(columns)) {
        await schema
          .alterTable(table)
          .addColumn(column, 'text', (made) => made.notNull().defaultTo(''))
          .execute();
        if (paths.length > 0)
          await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${reader.words(column, paths)}`.execute(
            database,
          );
      }
    }
    const all = reader.targets;
    await sql`update messages set parties = ' ' || lower(${all}) || ' ', words = lower(${all})`.execute(
      database,
    );
    for (const [table, name, column] of indexes)
      await schema.createIndex(`${table}_${name}`).on(table).columns([column, 'tm_create', 'id']).execute();
    await deliveriesByTime(database);
  },
};

/** In the place of those by the order in which they were appended. */
async function deliveriesByTime({ schema }: Kysely<unknown>): Promise<void> {
  for (const name of ['newest', 'dead', 'settled']) await schema.dropIndex(`deliveries_${name}`).execute();
  const index = (name: string) => schema.createIndex(`deliveries_${name}`).on('deliveries');
  await index('made').columns(['created_at', 'seq']).execute();
  await index('newest').columns(['endpoint_id', 'created_at', 'seq']).execute();
  await index('dead')
    .columns(['endpoint_id', 'created_at', 'seq'])
    .where(sql<boolean>`state = 'dead'`)
    .execute();
}

interface Reader {
  words(column: string, paths: readonly string[]): RawBuilder<string>;
  /** All that somebody has written to or from. */
  readonly targets: RawBuilder<string>;
}

/** Reads texts out of a record. PostgreSQL takes no JSON with a NUL in it: such a record is found when it is next written. */
function readerOf(database: Kysely<unknown>): Reader {
  const isSqlite = database.getExecutor().adapter instanceof SqliteAdapter;
  const textAt = isSqlite ? sqliteText : postgresText;
  return {
    words: (column, paths) => {
      const all = sql<string>`${sql.join(paths.map(textAt), sql` || ' ' || `)}`;
      return column === 'words' ? sql<string>`lower(${all})` : all;
    },
    targets: sql<string>`${textAt('source.target')} || ' ' || coalesce(${isSqlite ? sqliteTargets : postgresTargets}, '')`,
  };
}

const isReadable = sql<boolean>`position('\\u0000' in record) = 0 and record !~ '\\\\u[dD][89a-fA-F]'`;
const sqliteTargets = sql<string>`(
  select group_concat(json_extract(value, '$.destination.target'), ' ') from json_each(record, '$.targets'))`;
const postgresTargets = sql<string>`case when ${isReadable} then (
  select string_agg(value #>> '{destination,target}', ' ') from json_array_elements(record::json -> 'targets')) end`;

function sqliteText(path: string): RawBuilder<string> {
  return sql`coalesce(json_extract(record, ${sql.lit(`$.${path}`)}), '')`;
}

function postgresText(path: string): RawBuilder<string> {
  return sql`coalesce(case when ${isReadable} then record::json #>> ${sql.lit(`{${path.replace('.', ',')}}`)} end, '')`;
}
