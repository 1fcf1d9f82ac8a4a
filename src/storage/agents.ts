import * as z from 'zod';
import { type AgentRecord, agentDefaults } from '../agents/agent-record.ts';
import { wireTime } from '../core/clock.ts';
import { StoreError } from '../core/store-error.ts';
import { wordsOf } from '../core/words.ts';
import type { Engine } from './engine.ts';
import { LinkedTable } from './linked-table.ts';
import type { AgentStore } from './store.ts';

/** The agents, and who holds them: a row of `agent_holds` says which instance has one on a call. */
export class AgentTable extends LinkedTable<AgentRecord> implements AgentStore {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    super(engine.database, {
      table: 'agents',
      columns: ({ username, status }) => ({ username, status }),
      words: ({ username, name, detail }) => wordsOf(username, name, detail),
      since: agentDefaults,
    });
    this.#engine = engine;
  }

  async hold(id: string): Promise<boolean> {
    const { database, instance } = this.#engine;
    try {
      const hold = { id, record: '{}', tm_create: wireTime(), instance };
      await database.insertInto('agent_holds').values(hold).execute();
      return true;
    } catch (error) {
      if (error instanceof StoreError && error.problem === 'conflict') return false;
      throw error;
    }
  }

  async letGo(id: string): Promise<void> {
    const { database, instance } = this.#engine;
    await database.deleteFrom('agent_holds').where('id', '=', id).where('instance', '=', instance).execute();
  }

  async held(): Promise<readonly string[]> {
    const { database, instance } = this.#engine;
    const rows = await database
      .selectFrom('agent_holds')
      .select('id')
      .where('instance', '=', instance)
      .execute();
    return rows.map(({ id }) => id);
  }

  async holdUntil(id: string, until: number): Promise<void> {
    const { database, instance } = this.#engine;
    await database
      .updateTable('agent_holds')
      .set({ record: JSON.stringify({ until }) })
      .where('id', '=', id)
      .where('instance', '=', instance)
      .execute();
  }

  async endsOfHolds(): Promise<ReadonlyMap<string, number>> {
    const { database, instance } = this.#engine;
    const rows = await database
      .selectFrom('agent_holds')
      .select(['id', 'record'])
      .where('instance', '=', instance)
      .execute();
    const ends = rows.map(({ id, record }) => [id, hold.parse(JSON.parse(record)).until] as const);
    return new Map(ends.filter(([, until]) => until > 0));
  }
}

/** What is written down of a hold. */
const hold = z.object({ until: z.number().catch(0) });
