import type { AgentRecord } from '../agents/agent-record.ts';
import type { Agents, Held } from '../agents/agents.ts';
import type { Address } from '../calls/address.ts';
import type { Call } from '../calls/call.ts';
import type { Engagements } from '../calls/engagements.ts';
import { neverTime, now, wireTime } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { orAbort } from '../core/wait.ts';
import type { Change, Deletion, Told } from '../ports/changes.ts';
import type { QueueJoining } from '../ports/queues.ts';
import type { CallingBack } from './callback.ts';
import { Callbacks } from './callbacks.ts';
import { Dispatch, type IsEngaged, type IsReachable, type IsRegistered } from './dispatch.ts';
import { Line } from './line.ts';
import type { QueueEventType, QueueRecord } from './queue-record.ts';
import { Queuecall, type QueuecallOptions } from './queuecall.ts';
import type { QueuecallRecord } from './queuecall-record.ts';
import type { LeftQueuecall } from './queuecall-state.ts';
import type { QueuecallWriter } from './queuecall-telling.ts';
import { isOnDuty, serves } from './routing.ts';

/** What we need of the store, besides the changes that are told. */
export interface QueueRecords {
  get(id: string): Promise<QueueRecord | undefined>;
  /** A call in a queue, as it is or was at last. */
  queuecall(id: string): Promise<QueuecallRecord | undefined>;
  /** How long the last calls of a queue took their agents, in milliseconds, oldest first. */
  lastHandled(id: string): Promise<readonly number[]>;
}

export interface QueuesOptions {
  readonly store: QueueRecords;
  readonly agents: Agents;
  readonly isRegistered: IsRegistered;
  readonly isReachable: IsReachable;
  readonly engagements: Pick<Engagements, 'has' | 'onFree'>;
  readonly scope: Scope;
  readonly log: Log;
  readonly told: Told<QueueEventType, QueueRecord>;
  readonly onChange: QueuecallWriter;
  /** What it takes to call somebody back, where it is there. */
  readonly calling: () => CallingBack;
}

/** With whom, and when, a call that was left behind in a queue goes on. */
export interface Return {
  /** Who is to be called back needs none. */
  readonly call: (Pick<Call, 'id' | 'scope'> & Partial<Pick<Call, 'record'>>) | undefined;
  /** All there are. */
  readonly agents: readonly AgentRecord[];
  /** Asterisk has said what it has: the flows go on now. */
  readonly whenCompared: Promise<void>;
}

/** The queues, the calls in them, and the agents who serve them. Every change of one is stored and told. */
export class Queues {
  readonly #options: QueuesOptions;
  readonly #lines = new Map<string, Line>();
  /** Those that have not left, by their calls. */
  readonly #live = new Map<string, Queuecall>();
  /** Calls that are just coming, and whether their queue has been deleted meanwhile. */
  readonly #coming = new Set<{ readonly queueId: string; isDeleted: boolean }>();
  readonly #callbacks: Callbacks;
  readonly #dispatch: Dispatch;
  readonly #isEngaged: IsEngaged = (agent, callId) =>
    !agent.call_waiting && this.#options.engagements.has(agent.addresses, callId);

  constructor(options: QueuesOptions) {
    const { agents, isRegistered, isReachable, engagements, scope, log } = options;
    this.#options = options;
    this.#dispatch = new Dispatch({
      agents,
      isReachable,
      isEngaged: this.#isEngaged,
      scope,
      log,
      lines: () => this.#lines.values(),
    });
    this.#callbacks = new Callbacks({
      ...{ calling: options.calling, isRegistered, scope, log },
      onHolder: (queuecall, callId) => this.#holds(queuecall, callId),
    });
    agents.watch(() => this.#dispatch.wake());
    agents.watchReady((id) => this.#dispatch.ready(id));
    engagements.onFree(() => this.#dispatch.wake());
  }

  async create(queue: QueueRecord): Promise<void> {
    await this.#options.told('queue_created').insert(queue);
  }

  async update(id: string, change: Change<QueueRecord>): Promise<QueueRecord | undefined> {
    const { told } = this.#options;
    const queue = await told('queue_updated').update(id, { ...change, tm_update: wireTime() });
    if (!queue) return undefined;
    const line = this.#lines.get(id);
    if (line) line.queue = queue;
    this.#dispatch.wake();
    return queue;
  }

  /** Whoever waits in it goes on with his flow; whoever is served goes on talking. @throws as the store does */
  async delete(id: string, time: string, deletion?: Deletion<QueueRecord>): Promise<QueueRecord | undefined> {
    const queue = await this.#options.told('queue_deleted').delete(id, time, deletion);
    if (!queue) return undefined;
    for (const coming of this.#coming) if (coming.queueId === id) coming.isDeleted = true;
    const waiting = [...(this.#lines.get(id)?.standing ?? [])];
    this.#lines.delete(id);
    for (const queuecall of waiting) queuecall.kick('kicked');
    return queue;
  }

  /**
   * Gives a call its place; where nobody is on duty and it is not to wait for that, one that it is to leave already. @throws ActionError `NOT_FOUND`,
   * `ALREADY_IN_QUEUE`, what `answer` throws; the signal's reason
   */
  async join(
    { id: callId, record }: Pick<Call, 'id'> & Partial<Pick<Call, 'record'>>,
    { id, queueId, priority, tell, answer }: QueueJoining,
    signal: AbortSignal,
  ): Promise<Queuecall> {
    const passed = this.#live.get(callId);
    if (passed?.queue.id === queueId) {
      await answer();
      if (passed.taken(tell)) return this.#told(passed, tell);
    }
    const { queue, isEmpty } = await this.#existing(queueId, signal, async () => {
      if (this.#live.has(callId)) throw new ActionError('ALREADY_IN_QUEUE', 'the call is in a queue already');
      await answer();
    });
    const line = this.#lineOf(queue);
    const queuecall = this.#add(line, { id, callId, queue, priority, tell, caller: numberOf(record) });
    this.#told(queuecall, tell);
    queuecall.announce();
    if (isEmpty) queuecall.kick('empty');
    else line.join(queuecall);
    return queuecall;
  }

  /**
   * A call that a daemon which died has left behind in its queue has its place again, and its agent, and nobody is told. It is
   * kept for the call's flow, which `whenCompared` says is about to go on, or until the call has ended. False where it cannot be.
   */
  async restore({ record, state }: LeftQueuecall, { call, agents, whenCompared }: Return): Promise<boolean> {
    const { callback } = state ?? {};
    if (!state?.queue || !(call || callback)) return false;
    const callId = callback ? (callback.callId ?? '') : (call?.id ?? '');
    if (this.#live.has(callId)) return false;
    const { id, queue_id, priority, service_agent_id: agentId } = record;
    const queue = await this.#options.store.get(queue_id);
    const agent = agents.find((one) => one.id === agentId);
    const line = queue ? this.#lineOf(queue) : new Line(state.queue);
    const tell = (): void => undefined;
    const caller = numberOf(call?.record);
    const own = { id, callId, queue: state.queue, priority, tell, left: record, caller };
    const queuecall = this.#add(line, own);
    queuecall.leftBehind(state, () => agent !== undefined && this.#isEngaged(agent, callId));
    if (record.status !== 'wait') this.#dispatch.keep(agentId);
    for (const [resting, until] of Object.entries(state.resting ?? {})) this.#dispatch.rest(resting, until);
    if (queuecall.isServed) line.served(queuecall);
    else if (queue) line.join(queuecall);
    else queuecall.kick('kicked');
    if (callback) this.#callbacks.goOn(queuecall, callback, whenCompared);
    else {
      call?.scope.defer(() => queuecall.leave('hangup', callId));
      void whenCompared.then(() => queuecall.goOn());
    }
    return true;
  }

  /** As its port says; one that could not be brought back is to wait again. */
  async hasLeft(id: string, signal: AbortSignal): Promise<boolean> {
    if (this.#callbacks.get(id)) return true;
    const record = await orAbort(this.#options.store.queuecall(id), signal);
    return record !== undefined && record.tm_delete !== neverTime && record.reason !== 'failed';
  }

  /** As its port says. */
  async callBack(
    call: Call,
    { destination }: { readonly destination?: Address | undefined },
    signal: AbortSignal,
  ): Promise<void> {
    const queuecall = this.#live.get(call.id);
    if (!queuecall) throw new ActionError('NOT_IN_QUEUE', 'the call does not wait in a queue');
    await this.#callbacks.begin(queuecall, call, { destination, signal });
    if (queuecall.isCalledBack) this.#live.delete(call.id);
  }

  /** Frees those of them who are on no call of ours. */
  async freeLeft(held: readonly Held[]): Promise<void> {
    const all = [...this.#live.values(), ...this.#callbacks.queuecalls];
    const busy = new Set(all.map(({ record }) => record.service_agent_id));
    for (const agent of held) if (!busy.has(agent.id)) await this.#dispatch.freeLeft(agent);
  }

  /** Gives the place of a call that waits to another one, which joins that queue in a moment. False where there is none to give. */
  pass(callId: string, heir: Pick<Call, 'id' | 'scope'>): boolean {
    const queuecall = this.#live.get(callId);
    if (!queuecall || this.#live.has(heir.id) || !queuecall.passTo(heir.id)) return false;
    this.#live.delete(callId);
    this.#live.set(heir.id, queuecall);
    heir.scope.defer(() => queuecall.leave('hangup', heir.id));
    return true;
  }

  #add(
    line: Line,
    own: Pick<QueuecallOptions, 'id' | 'callId' | 'queue' | 'priority' | 'tell' | 'left'> & {
      readonly caller: string | undefined;
    },
  ): Queuecall {
    const queuecall: Queuecall = new Queuecall({
      ...own,
      onChange: this.#options.onChange,
      onAsking: () => this.#dispatch.wake(),
      onAnswered: (agentId) => {
        line.served(queuecall);
        this.#dispatch.answered(agentId);
        if (own.caller !== undefined) this.#callbacks.isServed(own.queue.id, own.caller);
      },
      onFormerAgent: (agent) => this.#dispatch.free(agent),
      onOver: () => {
        this.#holds(queuecall, undefined);
        line.left(queuecall);
        this.#dispatch.wake(); // perhaps nobody waits any more
      },
    });
    if (own.callId !== '') this.#live.set(own.callId, queuecall);
    return queuecall;
  }

  /** This call has its place from now on, and no other. */
  #holds(queuecall: Queuecall, callId: string | undefined): void {
    const { holder } = queuecall;
    if (this.#live.get(holder) === queuecall) this.#live.delete(holder);
    if (callId !== undefined) this.#live.set(callId, queuecall);
  }

  /** Which queue it is in. */
  #told(queuecall: Queuecall, tell: QueueJoining['tell']): Queuecall {
    const { id, name, detail } = queuecall.queue;
    tell({ 'voipbin.queue.id': id, 'voipbin.queue.name': name, 'voipbin.queue.detail': detail });
    return queuecall;
  }

  /** How many are to be called back. */
  get calledBack(): number {
    return this.#callbacks.size;
  }

  /** How many wait on the line in all queues, and how long the one has that waits longest, in milliseconds. */
  get waiting(): { readonly count: number; readonly longest: number } {
    const standing = [...this.#lines.values()].flatMap((line) => line.standing);
    const waits = standing.flatMap(({ isCalledBack, since }) => (isCalledBack ? [] : [now() - since]));
    return { count: waits.length, longest: Math.max(0, ...waits) };
  }

  /** One that has not left. */
  get(id: string): QueuecallRecord | undefined {
    return this.#find(id)?.record;
  }

  /** The one of a call, where it is in a queue. */
  ofCall(callId: string): QueuecallRecord | undefined {
    return this.#live.get(callId)?.record;
  }

  /** Lets a call leave, to go on with its flow. Nothing happens where it has left. */
  kick(id: string): void {
    this.#find(id)?.kick('kicked');
  }

  /** What was read just before a deletion is of no use any more. `enter` is done where the queue is one to wait in. */
  async #existing(
    queueId: string,
    signal: AbortSignal,
    enter: () => Promise<void>,
  ): Promise<{ readonly queue: QueueRecord; readonly isEmpty: boolean }> {
    const coming = { queueId, isDeleted: false };
    this.#coming.add(coming);
    try {
      const queue = await orAbort(this.#options.store.get(queueId), signal);
      const isEmpty = queue !== undefined && (await this.#isLeftAtOnce(queue, signal));
      if (queue && !isEmpty && !coming.isDeleted) await enter();
      if (queue && !coming.isDeleted) return { queue, isEmpty };
      throw new ActionError('NOT_FOUND', `there is no queue ${queueId}`);
    } finally {
      this.#coming.delete(coming);
    }
  }

  /** Where the agents cannot be read, calls wait until they can. */
  async #isLeftAtOnce(queue: QueueRecord, signal: AbortSignal): Promise<boolean> {
    if (!queue.leave_when_empty) return false;
    try {
      const agents = await orAbort(this.#options.agents.all(), signal);
      return !agents.some((agent) => serves(agent, queue) && isOnDuty(agent));
    } catch {
      signal.throwIfAborted();
      return false;
    }
  }

  #find(id: string): Queuecall | undefined {
    return this.#live.values().find(({ record }) => record.id === id) ?? this.#callbacks.get(id);
  }

  #lineOf(queue: QueueRecord): Line {
    const known = this.#lines.get(queue.id);
    const line = known ?? new Line(queue);
    line.queue = queue;
    this.#lines.set(queue.id, line);
    if (!known) this.#options.scope.spawn('handling-times', () => this.#remember(line));
    return line;
  }

  /** How long its calls took before this daemon began; where the store does not say, it is as if there had been none. */
  async #remember(line: Line): Promise<void> {
    const times = await this.#options.store.lastHandled(line.queue.id).catch(() => []);
    line.remember(times);
  }
}

/** Of whoever has called. */
function numberOf(record: Pick<Call, 'record'>['record'] | undefined): string | undefined {
  return record?.direction === 'incoming' ? record.source.target : undefined;
}
