import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';
import { neverTime, wireTime, zeroId } from '../../core/clock.ts';
import { derivedUuid } from '../../core/derived-uuid.ts';

const isLive = sql<boolean>`tm_delete = '9999-01-01 00:00:00.000000'`;

/** Phones by API. The nine that every installation had are the first, with the passwords that were generated for them. */
export const extensions: Migration = {
  async up(database: Kysely<unknown>): Promise<void> {
    await database.schema
      .createTable('extensions')
      .addColumn('id', 'text', (column) => column.primaryKey())
      .addColumn('record', 'text', (column) => column.notNull())
      .addColumn('extension', 'text', (column) => column.notNull())
      .addColumn('tm_create', 'text', (column) => column.notNull())
      .addColumn('tm_update', 'text', (column) => column.notNull())
      .addColumn('tm_delete', 'text', (column) => column.notNull())
      .execute();
    await database.schema
      .createIndex('extensions_live')
      .on('extensions')
      .columns(['tm_create', 'id'])
      .where(isLive)
      .execute();
    await database.schema
      .createIndex('extensions_extension')
      .on('extensions')
      .column('extension')
      .unique()
      .where(isLive)
      .execute();
    await insertFirst(database as Kysely<{ extensions: Row }>);
  },
};

interface Row {
  id: string;
  record: string;
  extension: string;
  tm_create: string;
  tm_update: string;
  tm_delete: string;
}

async function insertFirst(database: Kysely<{ extensions: Row }>): Promise<void> {
  const rows = Array.from({ length: 9 }, (_, index) => rowOf(String(1001 + index)));
  await database.insertInto('extensions').values(rows).execute();
}

function rowOf(extension: string): Row {
  const now = wireTime();
  const times = { tm_create: now, tm_update: now, tm_delete: neverTime };
  const id = derivedUuid('extension', extension);
  const record = {
    ...{ id, customer_id: zeroId, name: '', detail: '', extension, ...times },
    ...{ codecs: [], transport: 'udp', max_contacts: 5, digest: '' },
  };
  return { id, record: JSON.stringify(record), extension, ...times };
}
