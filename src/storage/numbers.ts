import { wordsOf } from '../core/words.ts';
import type { Engine } from './engine.ts';
import { LinkedTable } from './linked-table.ts';
import { type NumberRecord, numberDefaults } from './number-record.ts';
import type { NumberStore } from './store.ts';
import { Writes } from './writes.ts';

export function numberStore(engine: Engine): NumberStore {
  return new NumberTable(engine.database, {
    table: 'numbers',
    columns: ({ number, call_flow_id }) => ({ number, flow_id: call_flow_id }),
    words: ({ number, name, detail }) => wordsOf(number, name, detail),
    since: numberDefaults,
    writes: Writes.of(engine),
  });
}

class NumberTable extends LinkedTable<NumberRecord> implements NumberStore {
  async byNumber(number: string): Promise<NumberRecord | undefined> {
    return (await this.where('number', number))[0];
  }
}
