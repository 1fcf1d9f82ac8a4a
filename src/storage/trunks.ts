import type { Kysely } from 'kysely';
import { wordsOf } from '../core/words.ts';
import { type TrunkRecord, trunkDefaults } from '../trunks/trunk-record.ts';
import { ResourceTable } from './resource-table.ts';
import type { TrunkStore } from './store.ts';
import type { Tables } from './tables.ts';

export function trunkStore(database: Kysely<Tables>): TrunkStore {
  return new ResourceTable<TrunkRecord>(database, {
    table: 'trunks',
    columns: () => ({}),
    since: trunkDefaults,
    words: ({ name, detail, uri }) => wordsOf(name, detail, uri),
  });
}
