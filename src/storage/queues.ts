import type { Kysely } from 'kysely';
import { wordsOf } from '../core/words.ts';
import { type QueueRecord, queueDefaults } from '../queues/queue-record.ts';
import { LinkedTable } from './linked-table.ts';
import type { ResourceStore } from './store.ts';
import type { Tables } from './tables.ts';

export function queueStore(database: Kysely<Tables>): ResourceStore<QueueRecord> {
  return new LinkedTable<QueueRecord>(database, {
    table: 'queues',
    columns: () => ({}),
    words: ({ name, detail }) => wordsOf(name, detail),
    since: queueDefaults,
  });
}
