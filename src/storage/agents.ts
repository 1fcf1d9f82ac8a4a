import type { AgentRecord } from '../agents/agent-record.ts';
import { wireTime } from '../core/clock.ts';
import { StoreError } from '../core/store-error.ts';
import type { Engine } from './engine.ts';
import { LinkedTable } from './linked-table.ts';
import type { AgentStore } from './store.ts';

/** The agents, and who holds them: a row of `agent_holds` says which instance has one on a call. */
export class AgentTable extends LinkedTable<AgentRecord> implements AgentStore {
  readonly #engine: Engine;

  constructor(engine: Engine) {
    super(engine.database, {
      table: 'agents',
      columns: ({ username }) => ({ username }),
      since: { call_waiting: false },
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
}
