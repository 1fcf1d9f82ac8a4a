import type { Kysely } from 'kysely';
import type { FlowRecord } from '../flows/flow-record.ts';
import { ResourceTable } from './resource-table.ts';
import type { ResourceStore } from './store.ts';
import type { Tables } from './tables.ts';

export function flowStore(database: Kysely<Tables>): ResourceStore<FlowRecord> {
  return new ResourceTable<FlowRecord>(database, { table: 'flows', columns: () => ({}) });
}
