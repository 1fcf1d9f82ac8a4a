import { wireTime } from '../core/clock.ts';
import type { Change, Deletion, Told } from '../ports/changes.ts';
import type { AgentEventType, AgentRecord, AgentStatus } from './agent-record.ts';

/** What we need of the store, besides the changes that are told. */
export interface AgentRecords {
  /** Every live agent: an office has hundreds at most. */
  all(): Promise<readonly AgentRecord[]>;
  /** Makes an agent ours until `letGo`; false where he is somebody's already. */
  hold(id: string): Promise<boolean>;
  letGo(id: string): Promise<void>;
  /** Whom we hold, since before a restart too. */
  held(): Promise<readonly string[]>;
  /** Writes down the instant at which one whom we hold is to be let go: his call is over, and he has something to do yet. */
  holdUntil(id: string, instant: number): Promise<void>;
  /** When those are to be let go of whom that is written down. */
  endsOfHolds(): Promise<ReadonlyMap<string, number>>;
}

export interface Held {
  readonly id: string;
  /** 0: none is written down. */
  readonly until: number;
}

/** The people who take calls. Every change of one is stored and told. */
export class Agents {
  readonly #store: AgentRecords;
  readonly #told: Told<AgentEventType, AgentRecord>;
  readonly #watchers: (() => void)[] = [];
  readonly #readyWatchers: ((id: string) => void)[] = [];

  constructor(store: AgentRecords, told: Told<AgentEventType, AgentRecord>) {
    this.#store = store;
    this.#told = told;
  }

  /** Calls a watcher whenever there may be somebody to take a call who was not there before, or somebody less. */
  watch(watcher: () => void): void {
    this.#watchers.push(watcher);
  }

  /** Calls a watcher with whoever was said to be available. */
  watchReady(watcher: (id: string) => void): void {
    this.#readyWatchers.push(watcher);
  }

  /** Every live agent. */
  all(): Promise<readonly AgentRecord[]> {
    return this.#store.all();
  }

  /** @throws StoreError `conflict` where the username is taken */
  async create(agent: AgentRecord): Promise<void> {
    await this.#told('agent_created').insert(agent);
    this.#wake();
  }

  /** @throws StoreError `conflict` where the username is taken */
  async update(id: string, change: Change<AgentRecord>): Promise<AgentRecord | undefined> {
    return this.#changed(this.#told('agent_updated').update(id, { ...change, tm_update: wireTime() }));
  }

  async setStatus(id: string, status: AgentStatus): Promise<AgentRecord | undefined> {
    const change = { status, tm_update: wireTime(), missed_calls: 0 };
    const agent = await this.#changed(this.#told('agent_status_updated').update(id, change));
    if (agent?.status === 'available') for (const watcher of this.#readyWatchers) watcher(id);
    return agent;
  }

  async delete(id: string, time: string, deletion?: Deletion<AgentRecord>): Promise<AgentRecord | undefined> {
    return this.#changed(this.#told('agent_deleted').delete(id, time, deletion));
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
    await this.#become('busy', ['ringing'], id, { missed_calls: 0 });
  }

  /** One we hold is free again: `available`, unless somebody has set another status meanwhile. */
  async release(id: string): Promise<void> {
    if (!(await this.#store.held()).includes(id)) return;
    await this.#become('available', ['ringing', 'busy'], id);
    await this.#letGo(id);
  }

  /**
   * One we hold has not answered: he is free again, or `away` where that was so often in a row (0: never). Resolves to whether he is
   * away by that.
   */
  async missed(id: string, most: number): Promise<boolean> {
    if (!(await this.#store.held()).includes(id)) return false;
    const before = (await this.#store.all()).find((agent) => agent.id === id);
    const missed_calls = (before?.missed_calls ?? 0) + 1;
    const isAway = most > 0 && missed_calls >= most;
    const agent = await this.#become(isAway ? 'away' : 'available', ['ringing'], id, { missed_calls });
    await this.#letGo(id);
    return isAway && agent !== undefined;
  }

  /** One we hold is to be released at this instant, by whoever holds him then. */
  async restsUntil(id: string, instant: number): Promise<void> {
    await this.#store.holdUntil(id, instant);
  }

  /** Whom we hold, since before a restart too; with the instant at which he is to be released, where one is written down. */
  async held(): Promise<readonly Held[]> {
    const ends = await this.#store.endsOfHolds();
    return (await this.#store.held()).map((id) => ({ id, until: ends.get(id) ?? 0 }));
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

  /** The id of the one agent with an address of this number, or user; nothing where there is not exactly one. */
  async at(user: string): Promise<string | undefined> {
    const found = (await this.#store.all()).filter(({ addresses }) =>
      addresses.some(({ target }) => target.replace(/^sip:/, '').split('@')[0] === user),
    );
    return found.length === 1 ? found[0]?.id : undefined;
  }

  async #become(
    status: AgentStatus,
    from: readonly AgentStatus[],
    id: string,
    more: Change<AgentRecord> = {},
  ): Promise<AgentRecord | undefined> {
    const change = { ...more, status, tm_update: wireTime() };
    return this.#told('agent_status_updated').update(id, change, (agent) => from.includes(agent.status));
  }

  async #letGo(id: string): Promise<void> {
    await this.#store.letGo(id);
    this.#wake();
  }

  async #changed(changing: Promise<AgentRecord | undefined>): Promise<AgentRecord | undefined> {
    const agent = await changing;
    if (agent) this.#wake();
    return agent;
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
