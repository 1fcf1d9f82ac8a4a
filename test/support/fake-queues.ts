import { randomUUID } from 'node:crypto';
import type { AgentEventType, AgentRecord } from '../../src/agents/agent-record.ts';
import { type AgentRecords, Agents } from '../../src/agents/agents.ts';
import type { Call } from '../../src/calls/call.ts';
import { Engagements } from '../../src/calls/engagements.ts';
import { neverTime, wireTime, zeroId } from '../../src/core/clock.ts';
import type { Log } from '../../src/core/log.ts';
import type { Scope } from '../../src/core/scope.ts';
import type { TellingStore } from '../../src/news/told-records.ts';
import { noAnnouncements } from '../../src/ports/announcements.ts';
import { noCallbackKey } from '../../src/ports/callback-option.ts';
import type { CallingBack } from '../../src/queues/callback.ts';
import { goOnWithQueues } from '../../src/queues/left-behind.ts';
import type { QueueEventType, QueueRecord } from '../../src/queues/queue-record.ts';
import type { QueuecallEventType, QueuecallRecord } from '../../src/queues/queuecall-record.ts';
import { type QueuecallState, queuecallState } from '../../src/queues/queuecall-state.ts';
import type { QueuecallWriter } from '../../src/queues/queuecall-telling.ts';
import { type QueueRecords, Queues } from '../../src/queues/queues.ts';
import { toldTo } from '../../src/simulator/memory/told.ts';
import type { FakeOutgoing } from './fake-outgoing.ts';
import { LiveRows } from './live-rows.ts';

export interface FakeQueuesOptions {
  readonly scope: Scope;
  readonly log: Log;
  readonly outgoing: FakeOutgoing;
  /** What else it takes to call somebody back. */
  readonly calling?: Omit<CallingBack, 'outgoing'>;
  /** Those of the life before, which was killed. */
  readonly before?: FakeQueues | undefined;
}

type Told =
  | { readonly type: QueueEventType; readonly data: QueueRecord }
  | { readonly type: QueuecallEventType | undefined; readonly data: QueuecallRecord }
  | { readonly type: AgentEventType; readonly data: AgentRecord };

export function givenQueue(fields: Partial<QueueRecord> = {}): QueueRecord {
  const now = wireTime();
  return {
    id: randomUUID(),
    customer_id: zeroId,
    name: 'queue',
    detail: '',
    routing_method: 'random',
    tag_ids: [],
    wait_flow_id: zeroId,
    wait_timeout: 0,
    service_timeout: 0,
    tm_create: now,
    tm_update: now,
    tm_delete: neverTime,
    ring_timeout: 20_000,
    retry_delay: 5_000,
    wrap_up: 0,
    leave_when_empty: false,
    announcements: noAnnouncements,
    auto_away: 0,
    wrap_up_key: '',
    callback: noCallbackKey,
    callback_flow_id: zeroId,
    music: '',
    ...fields,
  };
}

/** Agents in memory; what is asked fails while `isBroken`. */
export class FakeAgentRecords implements AgentRecords, TellingStore<AgentRecord> {
  readonly records = new Map<string, AgentRecord>();
  readonly holds = new Set<string>();
  /** The instants at which holds end, where they are written down. */
  readonly ends = new Map<string, number>();
  isBroken = false;

  constructor(before?: FakeAgentRecords) {
    if (!before) return;
    for (const [id, agent] of before.records) this.records.set(id, agent);
    for (const id of before.holds) this.holds.add(id);
    for (const [id, end] of before.ends) this.ends.set(id, end);
  }

  async insert(agent: AgentRecord): Promise<void> {
    this.records.set(agent.id, agent);
  }

  async update(
    ...[id, change, { isExpected = () => true } = {}]: Parameters<TellingStore<AgentRecord>['update']>
  ): Promise<AgentRecord | undefined> {
    this.#check();
    const agent = this.records.get(id);
    if (!agent || !isExpected(agent)) return undefined;
    const changed: AgentRecord = { ...agent, ...(change as Partial<AgentRecord>) };
    this.records.set(id, changed);
    return changed;
  }

  async delete(id: string): Promise<AgentRecord | undefined> {
    const agent = this.records.get(id);
    this.records.delete(id);
    return agent;
  }

  async all(): Promise<readonly AgentRecord[]> {
    this.#check();
    return [...this.records.values()];
  }

  async hold(id: string): Promise<boolean> {
    this.#check();
    if (this.holds.has(id)) return false;
    this.holds.add(id);
    return true;
  }

  async letGo(id: string): Promise<void> {
    this.#check();
    this.holds.delete(id);
    this.ends.delete(id);
  }

  async holdUntil(id: string, instant: number): Promise<void> {
    this.#check();
    this.ends.set(id, instant);
  }

  async endsOfHolds(): Promise<ReadonlyMap<string, number>> {
    this.#check();
    return this.ends;
  }

  async held(): Promise<readonly string[]> {
    this.#check();
    return [...this.holds];
  }

  #check(): void {
    if (this.isBroken) throw new Error('the store does not answer');
  }
}

/** Queues as the daemon has them, their records in memory. */
export class FakeQueues {
  readonly queues: Queues;
  readonly agents: Agents;
  agentRecords: FakeAgentRecords;
  readonly records: Map<string, QueueRecord>;
  /** What is stored of the calls in queues. */
  readonly rows: LiveRows<QueuecallRecord, QueuecallState>;
  readonly engagements = new Engagements();
  /** The phones that are not there. */
  readonly offline = new Set<string>();
  isRegistered = async (phone: string): Promise<boolean> => !this.offline.has(phone);
  /** How long calls took before. */
  handled: readonly number[] = [];
  /** Everything told, oldest first; changes without a type are no news. */
  readonly told: Told[];
  readonly #outgoing: FakeOutgoing;
  #isDead = false;

  constructor({ scope, log, outgoing, calling, before }: FakeQueuesOptions) {
    this.#outgoing = outgoing;
    this.agentRecords = new FakeAgentRecords(before?.agentRecords);
    this.records = new Map(before?.records);
    this.rows = new LiveRows(before?.rows);
    this.told = [...(before?.told ?? [])];
    this.agents = new Agents(
      this.agentRecords,
      toldTo(this.agentRecords, (type, data) => this.#tell({ type, data })),
    );
    this.queues = new Queues({
      store: this.#store,
      agents: this.agents,
      isRegistered: (phone) => this.isRegistered(phone),
      isReachable: (phone) => this.isRegistered(phone),
      engagements: this.engagements,
      scope,
      log,
      told: toldTo(this.#store, (type, data) => this.#tell({ type, data })),
      onChange: this.#changed,
      calling: () => ({
        outgoing: outgoing.port,
        flows: { get: async () => undefined },
        callOf: () => undefined,
        wasMade: async () => false,
        ...calling,
      }),
    });
  }

  /** Nothing of it reaches the store any more. */
  die(): void {
    this.#isDead = true;
    this.rows.freeze();
    this.agentRecords = new FakeAgentRecords(this.agentRecords);
  }

  /** What is left of the life before goes on. */
  async goOn(calls: {
    readonly callOf: (id: string) => Call | undefined;
    readonly whenCompared: Promise<void>;
  }): Promise<void> {
    const queuecalls = this.rows
      .left(({ tm_delete }) => tm_delete === neverTime)
      .map(({ record, state }) => ({ record, state: queuecallState.parse(state) }));
    const left = { queuecalls, held: await this.agents.held() };
    await goOnWithQueues(left, { queues: this.queues, agents: this.agents, tell: this.#changed }, calls);
  }

  readonly #changed: QueuecallWriter = (type, data, state) => {
    if (!this.#isDead) this.rows.write(data, state);
    this.#tell({ type, data });
  };

  #tell(told: Told): void {
    if (!this.#isDead) this.told.push(told);
  }

  add(fields: Partial<QueueRecord> = {}): QueueRecord {
    const queue = givenQueue(fields);
    this.records.set(queue.id, queue);
    return queue;
  }

  /** An agent with this phone. */
  async addAgent(phone: string, fields: Partial<AgentRecord> = {}): Promise<string> {
    const id = this.#outgoing.addAgent(phone);
    const now = wireTime();
    await this.agents.create({
      id,
      username: phone,
      name: '',
      detail: '',
      ring_method: 'ringall',
      status: 'available',
      permission: 0,
      tag_ids: [],
      addresses: this.#outgoing.agents.get(id)?.addresses ?? [],
      tm_create: now,
      tm_update: now,
      tm_delete: neverTime,
      call_waiting: false,
      missed_calls: 0,
      ...fields,
    });
    return id;
  }

  /** The moments of the queuecalls, without `queuecall_`. */
  get moments(): string[] {
    return this.told.flatMap(({ type }) =>
      type?.startsWith('queuecall_') ? [type.replace('queuecall_', '')] : [],
    );
  }

  /** The statuses agents have had, in order. */
  get statuses(): string[] {
    return this.told.flatMap((told) => (told.type === 'agent_status_updated' ? [told.data.status] : []));
  }

  /** The queuecall that was told of last. */
  get last(): QueuecallRecord | undefined {
    return this.told.findLast((told) => told.type?.startsWith('queuecall_'))?.data as
      | QueuecallRecord
      | undefined; // as its type says
  }

  get #store(): QueueRecords & TellingStore<QueueRecord> {
    return {
      insert: async (queue) => void this.records.set(queue.id, queue),
      get: async (id) => this.records.get(id),
      queuecall: async (id) => this.rows.get(id),
      lastHandled: async () => this.handled,
      update: async (id, change) => {
        const queue = this.records.get(id);
        const changed = queue && ({ ...queue, ...change } as QueueRecord); // nothing of it is undefined
        if (changed) this.records.set(id, changed);
        return changed;
      },
      delete: async (id) => {
        const queue = this.records.get(id);
        this.records.delete(id);
        return queue;
      },
    };
  }
}
