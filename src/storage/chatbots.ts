import type { Kysely } from 'kysely';
import type { ChatbotRecord } from '../chatbots/chatbot-record.ts';
import { wordsOf } from '../core/words.ts';
import { LinkedTable } from './linked-table.ts';
import type { ResourceStore } from './store.ts';
import type { Tables } from './tables.ts';

export function chatbotStore(database: Kysely<Tables>): ResourceStore<ChatbotRecord> {
  return new LinkedTable<ChatbotRecord>(database, {
    table: 'chatbots',
    columns: () => ({}),
    words: ({ name, detail }) => wordsOf(name, detail),
  });
}
