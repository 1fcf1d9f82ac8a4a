import type { Kysely } from 'kysely';
import type { AgentRecord } from '../agents/agent-record.ts';
import { ResourceTable } from './resource-table.ts';
import type { AgentStore } from './store.ts';
import type { Tables } from './tables.ts';

export function agentStore(database: Kysely<Tables>): AgentStore {
  return new ResourceTable<AgentRecord>(database, {
    table: 'agents',
    columns: ({ username }) => ({ username }),
  });
}
