import { instantOf, neverTime, now, nowMicros, wireTime, zeroId } from '../core/clock.ts';
import { LifetimeEnded } from '../core/errors.ts';
import { after, at, onAbort } from '../core/wait.ts';
import type { QueueFacts, ReservedAgent } from '../ports/queues.ts';
import type { QueueRecord } from './queue-record.ts';
import type { QueuecallEventType, QueuecallReason, QueuecallRecord } from './queuecall-record.ts';
import type { QueuecallState } from './queuecall-state.ts';
import { type FormerAgent, Reservation } from './reserved-agent.ts';

/** Changes without a type are no news; the state is asked for when it is written. */
export type QueuecallWriter = (
  type: QueuecallEventType | undefined,
  record: QueuecallRecord,
  state?: () => QueuecallState,
) => void;

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

/** The place of a call, kept for whoever comes to take it. */
interface Kept {
  /** Where it is not to keep its turn yet there is none. */
  asking?: PromiseWithResolvers<ReservedAgent>;
  limit?: Disposable;
}

/** How long the place of a call is kept for the one it was passed to, in milliseconds. */
const takingPatience = 5_000;

/** And for a flow that goes on after a kill, as many others do at the same time. */
const returnPatience = 30_000;

/** Why a call is to leave its queue: it was taken out, or its time is up. */
export class OutOfQueue extends LifetimeEnded {
  override readonly name = 'OutOfQueue';
}

/** A call's time in a queue, from its coming to its leaving; what happens to it is told in its record. */
export class Queuecall {
  readonly priority: number;
  readonly queue: QueueRecord;
  readonly waitFlowId: string;
  readonly ringTimeout: number;
  readonly #options: QueuecallOptions;
  readonly #out = new AbortController();
  readonly #limit: Disposable | undefined;
  /** Until when those are left alone who have not taken it. */
  readonly #resting = new Map<string, number>();
  readonly #state = (): QueuecallState => {
    const present = now();
    const resting = [...this.#resting].filter(([, until]) => until > present);
    return { queue: this.queue, resting: Object.fromEntries(resting) };
  };
  #record: QueuecallRecord;
  #since: number;
  #asking: PromiseWithResolvers<ReservedAgent> | undefined;
  #kept: Kept | undefined;
  /** Where it stands, for whoever has it next. */
  #standing: QueueFacts = {};
  #teller: QueuecallOptions['tell'];
  #isOver = false;

  constructor(options: QueuecallOptions) {
    const { queue, left } = options;
    this.#options = options;
    this.#teller = options.tell;
    this.#record = left ?? firstRecord(options);
    this.#since = left ? instantOf(this.isServed ? left.tm_service : left.tm_create) : now();
    this.priority = options.priority;
    this.queue = queue;
    this.waitFlowId = queue.wait_flow_id;
    this.ringTimeout = queue.ring_timeout;
    const { wait_timeout: limit } = queue;
    if (limit > 0 && !this.isServed) this.#limit = at(this.#since + limit, () => this.kick('wait_timeout'));
    if (left && left.reason !== '') this.#out.abort(new OutOfQueue(left.reason));
  }

  get record(): QueuecallRecord {
    return this.#record;
  }

  /** Whether it needs an agent just now. */
  get isAsking(): boolean {
    return this.#asking !== undefined;
  }

  /** Whether an agent has taken it. */
  get isServed(): boolean {
    return this.#record.status === 'service';
  }

  /** The instant from which it waits, or talks with its agent. */
  get since(): number {
    return this.#since;
  }

  get talksUntil(): number {
    const { service_timeout: limit } = this.queue;
    return limit > 0 ? this.#since + limit : Number.POSITIVE_INFINITY;
  }

  /** Aborted when it is to leave. */
  get out(): AbortSignal {
    return this.#out.signal;
  }

  announce(): void {
    this.#tell('queuecall_created');
  }

  /** Says where in the line it is (0: no longer in it), and in milliseconds how long it may wait, where that can be said. */
  standsAt(position: number, estimate: number | undefined): void {
    const seconds = estimate === undefined ? '' : String(Math.round(estimate / 1_000));
    this.#standing = {
      'voipbin.queuecall.position': String(position),
      'voipbin.queuecall.estimated_wait': estimate === undefined ? '' : String(Math.round(estimate)),
      'voipbin.queuecall.estimated_wait_seconds': seconds,
    };
    this.#teller(this.#standing);
  }

  /** Another call has its place from now on, and is about to take it. False where it is served, or over. */
  passTo(callId: string): boolean {
    if (this.#isOver || this.isServed) return false;
    this.#teller = () => undefined;
    this.#forgetKept();
    this.#keepTurn(takingPatience);
    this.#change(undefined, () => ({ reference_id: callId, ...waiting }));
    this.#options.onAsking();
    return true;
  }

  /**
   * It was left behind, and its place is kept for the flow that goes on. An agent who was rung for it, or has taken it, is its
   * own still.
   */
  leftBehind({ resting = {} }: QueuecallState, isEngaged: () => boolean): void {
    for (const [id, until] of Object.entries(resting)) this.#resting.set(id, until);
    const { status, service_agent_id: agentId } = this.#record;
    this.#kept = {};
    if (status === 'wait') return;
    const asking = Promise.withResolvers<ReservedAgent>();
    asking.resolve(this.#reserved(agentId, isEngaged));
    this.#kept = { asking };
  }

  /** Whoever is to go on with it is about to: it has its turn again. */
  goOn(): void {
    if (!this.#kept || this.#isOver) return;
    if (this.#kept.asking || this.out.aborted)
      this.#kept.limit = after(returnPatience, () => this.leave('flow'));
    else this.#keepTurn(returnPatience);
    this.#options.onAsking();
  }

  /** The call that it was kept for has come; false where it was kept for none that has not come yet. */
  taken(tell: QueuecallOptions['tell']): boolean {
    if (!this.#kept) return false;
    this.#kept.limit?.[Symbol.dispose]();
    this.#teller = tell;
    tell(this.#standing);
    this.#tell(undefined);
    return true;
  }

  /** The next agent to be rung for it, or the one whom it has; rejects with the signal's reason. */
  async nextAgent(signal: AbortSignal): Promise<ReservedAgent> {
    signal.throwIfAborted();
    const kept = this.#kept?.asking;
    this.#kept = undefined;
    if (!kept && this.#record.status === 'entering') this.#change(undefined, () => waiting);
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
  kick(reason: 'kicked' | 'wait_timeout' | 'service_timeout' | 'empty'): void {
    if (this.#isOver || this.out.aborted) return;
    this.#change('queuecall_kicking', () => ({ reason }));
    this.#out.abort(new OutOfQueue(reason));
  }

  /** Its agent and it have talked for as long as they may. */
  timeIsUp(): void {
    this.kick('service_timeout');
  }

  /** It has left; the first reason is the one that counts. Nothing happens where its place is another call's by now. */
  leave(because: QueuecallReason, callId = this.#record.reference_id): void {
    if (this.#isOver || callId !== this.#record.reference_id) return;
    this.#isOver = true;
    this.#forgetKept();
    this.#limit?.[Symbol.dispose]();
    const { isServed } = this;
    const reason = this.#record.reason || because;
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

  /** While nobody is there for it, it stands in the line as one who asks. */
  #keepTurn(patience: number): void {
    const asking = Promise.withResolvers<ReservedAgent>();
    this.#asking = asking;
    this.#kept = { asking, limit: after(patience, () => this.leave('flow')) };
  }

  /** Nobody comes to take it: an agent whom it has, or was given meanwhile, is free. */
  #forgetKept(): void {
    if (!this.#kept) return;
    const { asking, limit } = this.#kept;
    limit?.[Symbol.dispose]();
    this.#kept = undefined;
    this.#asking = undefined;
    void asking?.promise.then((agent) => agent.free(Promise.resolve()));
  }

  #reserved(id: string, isEngaged: () => boolean): ReservedAgent {
    return new Reservation({
      id,
      isEngaged,
      hasAnswered: this.isServed,
      onAnswered: () => this.#answered(id),
      onFree: (former) => {
        if (former.outcome === 'declined') this.#resting.set(id, now() + this.queue.retry_delay);
        this.#options.onFormerAgent({ ...former, queue: this.queue });
      },
    });
  }

  #answered(agentId: string): void {
    this.#limit?.[Symbol.dispose]();
    const durations = this.#durations(false);
    this.#since = now();
    this.standsAt(0, 0);
    this.#change('queuecall_serviced', (tm_service) => ({ status: 'service', tm_service, ...durations }));
    this.#options.onAnswered(agentId);
  }

  #durations(isServed: boolean): Partial<QueuecallRecord> {
    const duration = Math.max(0, Math.round(now() - this.#since));
    return isServed ? { duration_service: duration } : { duration_waiting: duration };
  }

  #change(type: QueuecallEventType | undefined, change: (now: string) => Partial<QueuecallRecord>): void {
    const tm_update = wireTime(nowMicros());
    this.#record = { ...this.#record, ...change(tm_update), tm_update };
    this.#tell(type);
  }

  #tell(type: QueuecallEventType | undefined): void {
    const { id, status, service_agent_id, priority, duration_waiting, duration_service, reason } =
      this.#record;
    const { wait_timeout, service_timeout } = this.queue;
    this.#teller({
      'voipbin.queuecall.id': id,
      'voipbin.queuecall.status': status,
      'voipbin.queuecall.agent_id': service_agent_id,
      'voipbin.queuecall.priority': String(priority),
      'voipbin.queuecall.timeout_wait': String(wait_timeout),
      'voipbin.queuecall.timeout_service': String(service_timeout),
      'voipbin.queuecall.duration_waiting': String(duration_waiting),
      'voipbin.queuecall.duration_service': String(duration_service),
      'voipbin.queuecall.reason': reason,
    });
    this.#options.onChange(type, this.#record, this.#isOver ? undefined : this.#state);
  }
}

/** Of a call that nobody is rung for. */
const waiting = { status: 'wait', service_agent_id: zeroId, tm_service: neverTime } as const;

function firstRecord({ id, callId, queue, priority }: QueuecallOptions): QueuecallRecord {
  return {
    id,
    reference_type: 'call',
    reference_id: callId,
    status: 'wait',
    service_agent_id: zeroId,
    tm_create: wireTime(nowMicros()),
    tm_service: neverTime,
    tm_update: neverTime,
    tm_delete: neverTime,
    queue_id: queue.id,
    priority,
    duration_waiting: 0,
    duration_service: 0,
    reason: '',
  };
}
