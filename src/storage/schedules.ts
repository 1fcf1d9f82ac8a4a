import { wordsOf } from '../core/words.ts';
import type { ScheduleRecord } from '../schedules/schedule-record.ts';
import type { Engine } from './engine.ts';
import { LinkedTable } from './linked-table.ts';
import type { RememberedStore } from './store.ts';
import { Writes } from './writes.ts';

export function scheduleStore(engine: Engine): RememberedStore<ScheduleRecord> {
  return new LinkedTable<ScheduleRecord>(engine.database, {
    table: 'schedules',
    columns: () => ({}),
    words: ({ name, detail }) => wordsOf(name, detail),
    writes: Writes.of(engine),
  });
}
