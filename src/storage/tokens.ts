import type { Kysely } from 'kysely';
import { wordsOf } from '../core/words.ts';
import { ResourceTable } from './resource-table.ts';
import type { TokenStore } from './store.ts';
import type { Tables } from './tables.ts';
import type { TokenRecord } from './token-record.ts';

export function tokenStore(database: Kysely<Tables>): TokenStore {
  return new ResourceTable<TokenRecord>(database, {
    table: 'tokens',
    columns: ({ prefix }) => ({ prefix }),
    words: ({ name }) => wordsOf(name),
  });
}
