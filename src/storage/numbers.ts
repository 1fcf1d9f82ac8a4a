import type { Kysely } from 'kysely';
import { LinkedTable } from './linked-table.ts';
import type { NumberRecord } from './number-record.ts';
import type { NumberStore } from './store.ts';
import type { Tables } from './tables.ts';

export function numberStore(database: Kysely<Tables>): NumberStore {
  return new NumberTable(database, { table: 'numbers', columns: ({ number }) => ({ number }) });
}

class NumberTable extends LinkedTable<NumberRecord> implements NumberStore {
  async byNumber(number: string): Promise<NumberRecord | undefined> {
    return (await this.where('number', number))[0];
  }
}
