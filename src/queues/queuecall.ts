import { instantOf, neverTime, now, zeroId } from '../core/clock.ts';
import { at, onAbort } from '../core/wait.ts';
import type { QueueFacts, ReservedAgent } from '../ports/queues.ts';
import type { CallbackState } from './callback-state.ts';
import { KeptPlace } from './kept-place.ts';
import { OutOfQueue } from './out-of-queue.ts';
import type { QueueRecord } from './queue-record.ts';
import { firstQueuecall, type QueuecallReason, type QueuecallRecord } from './queuecall-record.ts';
import type { QueuecallState } from './queuecall-state.ts';
import { QueuecallTelling, type QueuecallWriter } from './queuecall-telling.ts';
import { Refusals } from './refusals.ts';
import { type FormerAgent, hasRefused, Reservation } from './reserved-agent.ts';

export interface QueuecallOptions {
  readonly id: string;
  readonly callId: string;
  readonly queue: QueueRecord;
  readonly priority: number;
  /** As it was left behind by a daemon that died. */
  readonly left?: QueuecallRecord | undefined;
  /** Told what has changed. */
  readonly tell: (facts: QueueFacts) => void;
  readonly onChange: QueuecallWriter;
  /** The call needs an agent from now on. */
  readonly onAsking: () => void;
  readonly onAnswered: (agentId: string) => void;
  readonly onFormerAgent: (agent: FormerAgent) => void;
  readonly onOver: () => void;
}

/** How long the place of a call is kept for the one it was passed to, in milliseconds. */
const takingPatience = 5_000;

/** And for a flow that goes on after a kill, as many others do at the same time. */
const returnPatience = 30_000;

/** A call's time in a queue, from its coming to its leaving; what happens to it is told in its record. */
export class Queuecall {
  readonly priority: number;
  readonly queue: QueueRecord;
  readonly #options: QueuecallOptions;
  readonly #refusals = new Refusals();
  readonly #state = (): QueuecallState => {
    const { callback, waitsSince } = this.#line;
    return { queue: this.queue, ...this.#refusals.state, callback, waitsSince };
  };
  #out = new AbortController();
  #limit: Disposable | undefined;
  /** The call that has its place; empty: nobody, and it is to be called back. */
  #holder: string;
  #line: Pick<QueuecallState, 'callback' | 'waitsSince'> = {};
  readonly #telling: QueuecallTelling;
  #since: number;
  #asking: PromiseWithResolvers<ReservedAgent> | undefined;
  #kept: KeptPlace | undefined;
  #isOver = false;

  constructor(options: QueuecallOptions) {
    const { queue, left } = options;
    this.#options = options;
    this.#telling = new QueuecallTelling({
      ...options,
      record: left ?? firstQueuecall(options),
      state: () => (this.#isOver ? undefined : this.#state),
    });
    this.#holder = options.callId;
    this.#since = left ? instantOf(this.isServed ? left.tm_service : left.tm_create) : now();
    this.priority = options.priority;
    this.queue = queue;
    this.#limitWait();
    if (left && left.reason !== '') this.#out.abort(new OutOfQueue(left.reason));
  }

  get record(): QueuecallRecord {
    return this.#telling.record;
  }

  /** Whether it needs an agent just now. */
  get isAsking(): boolean {
    return this.#asking !== undefined;
  }

  /** Whether an agent has taken it. */
  get isServed(): boolean {
    return this.record.status === 'service';
  }

  /** The instant from which it waits (on the line, where it was called back), or talks with its agent. */
  get since(): number {
    return this.isServed ? this.#since : (this.#line.waitsSince ?? this.#since);
  }

  get talksUntil(): number {
    const { service_timeout: limit } = this.queue;
    return limit > 0 ? this.#since + limit : Number.POSITIVE_INFINITY;
  }

  /** Who was rung for it and has not taken it. */
  get refusers(): ReadonlySet<string> {
    return this.#refusals.ids;
  }

  /** The call that has its place; empty: nobody has. */
  get holder(): string {
    return this.#holder;
  }

  /** Whether nobody is on the line for it, or not yet. */
  get isCalledBack(): boolean {
    return this.#line.callback !== undefined;
  }

  /** Aborted when it is to leave. */
  get out(): AbortSignal {
    return this.#out.signal;
  }

  announce(): void {
    this.#telling.tell('queuecall_created');
  }

  /** Says where in the line it is (0: no longer in it), and in milliseconds how long it may wait, where that can be said. */
  standsAt(position: number, estimate: number | undefined): void {
    this.#telling.standsAt(position, estimate);
  }

  /** Another call has its place from now on, and is about to take it. False where it is served, or over. */
  passTo(callId: string): boolean {
    if (this.#isOver || this.isServed) return false;
    this.#telling.endWith({});
    this.#forgetKept();
    this.#keepTurn(takingPatience);
    this.#holder = callId;
    this.#change(undefined, () => ({ reference_id: callId, ...waiting }));
    this.#options.onAsking();
    return true;
  }

  /**
   * It was left behind, and its place is kept for the flow that goes on. An agent who was rung for it, or has taken it, is its
   * own still.
   */
  leftBehind(state: QueuecallState, isEngaged: () => boolean): void {
    this.#refusals.restore(state);
    this.#line = state;
    this.#limitWait();
    const { status, service_agent_id: agentId } = this.record;
    this.#kept = new KeptPlace(status === 'wait' ? undefined : this.#reserved(agentId, isEngaged));
  }

  /** Whoever is to go on with it is about to: it has its turn again. */
  goOn(): void {
    if (!this.#kept || this.#isOver) return;
    if (this.#kept.asking || this.out.aborted) this.#kept.limit(returnPatience, () => this.leave('flow'));
    else this.#keepTurn(returnPatience);
    this.#options.onAsking();
  }

  /** The call that it was kept for has come; false where it was kept for none that has not come yet. */
  taken(tell: QueuecallOptions['tell']): boolean {
    if (!this.#kept) return false;
    this.#kept.take();
    if (this.isCalledBack) {
      this.#line = { waitsSince: now() };
      this.#limitWait();
    }
    this.#telling.beginWith(tell);
    return true;
  }

  /** Its caller is to be called back: he may hang up, and keeps his place. False where the call has it no longer, or does not wait. */
  callBack(callback: CallbackState, callId: string): boolean {
    if (this.#isOver || this.isServed || this.out.aborted || callId !== this.#holder) return false;
    const out = this.#out;
    this.#out = new AbortController();
    this.#holder = '';
    this.#line = { callback };
    this.#limitWait();
    this.#telling.endWith({ 'voipbin.queuecall.reason': 'callback' });
    const { target: callback_target } = callback.destination;
    this.#change('queuecall_callback', () => ({ ...waiting, callback_target }));
    out.abort(new OutOfQueue('callback'));
    return true;
  }

  /** A call is about to be made to him, which is to take its place, and this agent. */
  dials(callId: string, agent: ReservedAgent, callback: CallbackState): void {
    this.#holder = callId;
    this.#line = { callback };
    this.#kept = new KeptPlace(agent);
    this.#change(undefined, () => ({ reference_id: callId, callback_tries: callback.tries }));
  }

  /** It is being made. */
  announceCalling(): void {
    this.#telling.tell('queuecall_calling');
  }

  /** It has not taken its place. */
  notTaken(callback: CallbackState): void {
    this.#holder = '';
    this.#line = { callback };
    this.#kept = undefined;
    this.#change(undefined, () => ({ ...waiting, callback_tries: callback.tries }));
  }

  /** Resolves when whoever it is kept for has come. */
  get whenTaken(): Promise<void> {
    return this.#kept?.whenTaken ?? new Promise(() => undefined);
  }

  /** The agent who is kept for it. */
  keptAgent(): Promise<ReservedAgent> {
    return this.#kept?.asking?.promise ?? new Promise(() => undefined);
  }

  /** The next agent to be rung for it, or the one whom it has; rejects with the signal's reason. */
  async nextAgent(signal: AbortSignal): Promise<ReservedAgent> {
    signal.throwIfAborted();
    const kept = this.#kept?.asking;
    this.#kept = undefined;
    if (!kept && this.record.status === 'entering') this.#change(undefined, () => waiting);
    const asking = kept ?? Promise.withResolvers<ReservedAgent>();
    const stop = (): void => {
      if (this.#asking === asking) this.#asking = undefined;
      asking.reject(signal.reason);
    };
    if (!kept) this.#asking = asking;
    using _ = onAbort(signal, stop);
    this.#options.onAsking();
    return await asking.promise;
  }

  /** Rings an agent for it; false where it needs none any more. */
  give(agentId: string, isEngaged: () => boolean): boolean {
    const asking = this.#asking;
    if (!asking) return false;
    this.#asking = undefined;
    this.#change('queuecall_entering', (tm_service) => ({
      status: 'entering',
      service_agent_id: agentId,
      tm_service,
    }));
    asking.resolve(this.#reserved(agentId, isEngaged));
    return true;
  }

  /** Takes it out of the queue: whatever runs for it there is to end. */
  kick(reason: Exclude<QueuecallReason, ''>): void {
    if (this.#isOver || this.out.aborted) return;
    this.#change('queuecall_kicking', () => ({ reason }));
    this.#out.abort(new OutOfQueue(reason));
  }

  /** Its agent and it have talked for as long as they may. */
  timeIsUp(): void {
    this.kick('service_timeout');
  }

  /** It has left; the first reason is the one that counts. Nothing happens where its place is another call's by now. */
  leave(because: QueuecallReason, callId = this.#holder): void {
    if (this.#isOver || callId !== this.#holder) return;
    this.#isOver = true;
    this.#forgetKept();
    this.stop();
    const { isServed } = this;
    const reason = this.record.reason || because;
    const durations = this.#durations(isServed);
    this.standsAt(0, 0);
    this.#change(isServed ? 'queuecall_done' : 'queuecall_abandoned', (tm_delete) => ({
      status: isServed ? 'done' : 'abandoned',
      ...durations,
      tm_delete,
      reason,
    }));
    this.#options.onOver();
  }

  /** It is not watched any more whether its time is up. */
  stop(): void {
    this.#limit?.[Symbol.dispose]();
  }

  /** While nobody is there for it, it stands in the line as one who asks. */
  #keepTurn(patience: number): void {
    const kept = new KeptPlace('turn').limit(patience, () => this.leave('flow'));
    this.#asking = kept.asking;
    this.#kept = kept;
  }

  /** Of waiting: for a time on the line, for another one to be called back. */
  #limitWait(): void {
    this.stop();
    const { wait_timeout: limit } = this.queue;
    const { callback, waitsSince = this.#since } = this.#line;
    if (this.isServed) return;
    if (callback) this.#limit = at(callback.until, () => this.kick('callback_timeout'));
    else if (limit > 0) this.#limit = at(waitsSince + limit, () => this.kick('wait_timeout'));
  }

  /** Nobody comes to take it: an agent whom it has, or was given meanwhile, is free. */
  #forgetKept(): void {
    if (!this.#kept) return;
    this.#kept.giveUp();
    this.#kept = undefined;
    this.#asking = undefined;
  }

  #reserved(id: string, isEngaged: () => boolean): ReservedAgent {
    return new Reservation({
      id,
      isEngaged,
      hasAnswered: this.isServed,
      onAnswered: (legId) => this.#answered(id, legId),
      onFree: (former) => {
        if (hasRefused(former)) {
          this.#refusals.add(id, now() + this.queue.retry_delay);
        }
        this.#options.onFormerAgent({ ...former, queue: this.queue });
      },
    });
  }

  #answered(agentId: string, agent_call_id: string): void {
    this.stop();
    const durations = this.#durations(false);
    this.#since = now();
    this.standsAt(0, 0);
    this.#change('queuecall_serviced', (tm_service) => ({
      status: 'service',
      tm_service,
      ...durations,
      agent_call_id,
    }));
    this.#options.onAnswered(agentId);
  }

  #durations(isServed: boolean): Partial<QueuecallRecord> {
    const duration = Math.max(0, Math.round(now() - this.#since));
    return isServed ? { duration_service: duration } : { duration_waiting: duration };
  }

  #change(...change: Parameters<QueuecallTelling['change']>): void {
    this.#telling.change(...change);
  }
}

/** Of a call that nobody is rung for. */
const waiting = { status: 'wait', service_agent_id: zeroId, tm_service: neverTime } as const;
