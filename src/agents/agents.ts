import { wireTime } from '../core/clock.ts';
import type { AgentEventType, AgentRecord, AgentStatus } from './agent-record.ts';

export type AgentChange = { readonly [K in keyof AgentRecord]?: AgentRecord[K] | undefined };

/** What we need of the store. */
export interface AgentRecords {
  /** @throws where the username is taken */
  insert(agent: AgentRecord): Promise<void>;
  update(id: string, change: AgentChange): Promise<AgentRecord | undefined>;
  /** Every live agent. */
  all(): Promise<readonly AgentRecord[]>;
}

/** The people who take calls. Every change of one is stored and told. */
export class Agents {
  readonly #store: AgentRecords;
  readonly #publish: (type: AgentEventType, record: AgentRecord) => void;

  constructor(store: AgentRecords, publish: (type: AgentEventType, record: AgentRecord) => void) {
    this.#store = store;
    this.#publish = publish;
  }

  async create(agent: AgentRecord): Promise<void> {
    await this.#store.insert(agent);
    this.#publish('agent_created', agent);
  }

  async update(id: string, change: AgentChange): Promise<AgentRecord | undefined> {
    const agent = await this.#store.update(id, { ...change, tm_update: wireTime() });
    if (agent) this.#publish('agent_updated', agent);
    return agent;
  }

  async setStatus(id: string, status: AgentStatus): Promise<AgentRecord | undefined> {
    const agent = await this.#store.update(id, { status, tm_update: wireTime() });
    if (agent) this.#publish('agent_status_updated', agent);
    return agent;
  }

  deleted(agent: AgentRecord): void {
    this.#publish('agent_deleted', agent);
  }

  /** Phonon's break status, for the one agent with an address that ends in these digits; false where there is not exactly one. */
  async setPaused(digits: string, isPaused: boolean): Promise<boolean> {
    const found = (await this.#store.all()).filter(({ addresses }) =>
      addresses.some(({ target }) => isSame(target.replace(/\D/g, ''), digits)),
    );
    const [agent] = found;
    if (!agent || found.length > 1) return false;
    return (await this.setStatus(agent.id, isPaused ? 'away' : 'available')) !== undefined;
  }
}

/** With or without country code, on either side. */
function isSame(one: string, other: string): boolean {
  const fewest = 3;
  return Math.min(one.length, other.length) >= fewest && (one.endsWith(other) || other.endsWith(one));
}
