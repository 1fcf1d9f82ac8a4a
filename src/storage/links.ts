import type { Kysely } from 'kysely';
import { RecordTable } from './record-table.ts';
import type { Tables } from './tables.ts';

/** A short link. Its id is the code in it. */
export interface LinkRecord {
  readonly id: string;
  readonly url: string;
  readonly tm_create: string;
}

export interface LinkStore {
  /** @throws StoreError `conflict` where the code is taken */
  insert(link: LinkRecord): Promise<void>;
  get(code: string): Promise<LinkRecord | undefined>;
}

export function linkStore(database: Kysely<Tables>): LinkStore {
  const records = new RecordTable<LinkRecord>(database, { table: 'links', columns: () => ({}) });
  return {
    async insert(link) {
      await database.insertInto('links').values(records.row(link)).execute();
    },
    get: (code) => records.first(records.select().where('id', '=', code)),
  };
}
