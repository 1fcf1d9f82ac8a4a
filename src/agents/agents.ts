import { wireTime } from '../core/clock.ts';
import type { AgentEventType, AgentRecord, AgentStatus } from './agent-record.ts';

export type AgentChange = { readonly [K in keyof AgentRecord]?: AgentRecord[K] | undefined };

/** What we need of the store. */
export interface AgentRecords {
  /** @throws where the username is taken */
  insert(agent: AgentRecord): Promise<void>;
  update(id: string, change: AgentChange): Promise<AgentRecord | undefined>;
  /** The same where the status is one of these; `undefined` where it is not. */
  updateFrom(
    statuses: readonly AgentStatus[],
    id: string,
    change: AgentChange,
  ): Promise<AgentRecord | undefined>;
  /** Every live agent. */
  all(): Promise<readonly AgentRecord[]>;
  /** Makes an agent ours until `letGo`; false where he is somebody's already. */
  hold(id: string): Promise<boolean>;
  letGo(id: string): Promise<void>;
  /** Whom we hold, since before a restart too. */
  held(): Promise<readonly string[]>;
}

/** The people who take calls. Every change of one is stored and told. */
export class Agents {
  readonly #store: AgentRecords;
  readonly #publish: (type: AgentEventType, record: AgentRecord) => void;
  readonly #watchers: (() => void)[] = [];

  constructor(store: AgentRecords, publish: (type: AgentEventType, record: AgentRecord) => void) {
    this.#store = store;
    this.#publish = publish;
  }

  /** Calls a watcher whenever there may be somebody to take a call who was not there before, or somebody less. */
  watch(watcher: () => void): void {
    this.#watchers.push(watcher);
  }

  /** Every live agent. */
  all(): Promise<readonly AgentRecord[]> {
    return this.#store.all();
  }

  async create(agent: AgentRecord): Promise<void> {
    await this.#store.insert(agent);
    this.#tell('agent_created', agent);
  }

  async update(id: string, change: AgentChange): Promise<AgentRecord | undefined> {
    const agent = await this.#store.update(id, { ...change, tm_update: wireTime() });
    if (agent) this.#tell('agent_updated', agent);
    return agent;
  }

  async setStatus(id: string, status: AgentStatus): Promise<AgentRecord | undefined> {
    const agent = await this.#store.update(id, { status, tm_update: wireTime() });
    if (agent) this.#tell('agent_status_updated', agent);
    return agent;
  }

  /**
   * Takes an agent for a call: he becomes `ringing`, and nobody else rings him until `release`. `undefined` where he is
   * not available, or somebody was faster.
   */
  async hold(id: string): Promise<AgentRecord | undefined> {
    if (!(await this.#store.hold(id))) return undefined;
    const agent = await this.#become('ringing', ['available'], id);
    if (!agent) await this.#store.letGo(id);
    return agent;
  }

  /** One we hold has taken the call. */
  async talks(id: string): Promise<void> {
    await this.#become('busy', ['ringing'], id);
  }

  /** One we hold is free again: `available`, unless somebody has set another status meanwhile. */
  async release(id: string): Promise<void> {
    if (!(await this.#store.held()).includes(id)) return;
    await this.#become('available', ['ringing', 'busy'], id);
    await this.#store.letGo(id);
    this.#wake();
  }

  /** Frees whom a daemon that died has held. */
  async releaseAll(): Promise<void> {
    for (const id of await this.#store.held()) await this.release(id);
  }

  deleted(agent: AgentRecord): void {
    this.#tell('agent_deleted', agent);
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

  async #become(
    status: AgentStatus,
    from: readonly AgentStatus[],
    id: string,
  ): Promise<AgentRecord | undefined> {
    const agent = await this.#store.updateFrom(from, id, { status, tm_update: wireTime() });
    if (agent) this.#publish('agent_status_updated', agent);
    return agent;
  }

  #tell(type: AgentEventType, agent: AgentRecord): void {
    this.#publish(type, agent);
    this.#wake();
  }

  #wake(): void {
    for (const watcher of this.#watchers) watcher();
  }
}

/** With or without country code, on either side. */
function isSame(one: string, other: string): boolean {
  const fewest = 3;
  return Math.min(one.length, other.length) >= fewest && (one.endsWith(other) || other.endsWith(one));
}
