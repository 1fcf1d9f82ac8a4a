import { neverTime, now, nowMicros, wireTime, zeroId } from '../core/clock.ts';
import { LifetimeEnded } from '../core/errors.ts';
import { after, at, onAbort } from '../core/wait.ts';
import type { QueueFacts, ReservedAgent } from '../ports/queues.ts';
import type { QueueRecord } from './queue-record.ts';
import type { QueuecallEventType, QueuecallReason, QueuecallRecord } from './queuecall-record.ts';

/** An agent who was rung for a call and is needed no longer. */
export interface FormerAgent {
  readonly id: string;
  readonly queue: QueueRecord;
  readonly outcome: 'served' | 'declined' | 'withdrawn';
  /** Settles when his phones are free again. */
  readonly phones: Promise<unknown>;
}

export interface QueuecallOptions {
  readonly id: string;
  readonly callId: string;
  readonly queue: QueueRecord;
  readonly priority: number;
  /** Told what has changed. */
  readonly tell: (facts: QueueFacts) => void;
  /** Changes without a type are no news. */
  readonly onChange: (type: QueuecallEventType | undefined, record: QueuecallRecord) => void;
  /** The call needs an agent from now on. */
  readonly onAsking: () => void;
  readonly onAnswered: (agentId: string) => void;
  readonly onFormerAgent: (agent: FormerAgent) => void;
  readonly onOver: () => void;
}

/** How long the place of a call is kept for the one it was passed to, in milliseconds. */
const takingPatience = 5_000;

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
  readonly serviceTimeout: number;
  readonly #options: QueuecallOptions;
  readonly #out = new AbortController();
  readonly #limit: Disposable | undefined;
  #record: QueuecallRecord;
  #since = now();
  #asking: PromiseWithResolvers<ReservedAgent> | undefined;
  /** Keeps its turn while its place goes from one call to another. */
  #kept: { readonly asking: PromiseWithResolvers<ReservedAgent>; readonly limit: Disposable } | undefined;
  /** Where it stands, for whoever has it next. */
  #standing: QueueFacts = {};
  #teller: QueuecallOptions['tell'];
  #isOver = false;

  constructor(options: QueuecallOptions) {
    const { callId, queue, priority } = options;
    this.#options = options;
    this.#teller = options.tell;
    this.priority = priority;
    this.queue = queue;
    this.waitFlowId = queue.wait_flow_id;
    this.ringTimeout = queue.ring_timeout;
    this.serviceTimeout = queue.service_timeout;
    const { wait_timeout: limit } = queue;
    if (limit > 0) this.#limit = at(this.#since + limit, () => this.kick('wait_timeout'));
    this.#record = {
      id: options.id,
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

  get record(): QueuecallRecord {
    return this.#record;
  }

  /** Whether it needs an agent just now. */
  get isAsking(): boolean {
    return this.#asking !== undefined;
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
    if (this.#isOver || this.#record.status === 'service') return false;
    this.#teller = () => undefined;
    const asking = Promise.withResolvers<ReservedAgent>();
    this.#asking = asking;
    this.#kept = { asking, limit: after(takingPatience, () => this.leave('flow')) };
    this.#change(undefined, () => ({
      reference_id: callId,
      status: 'wait',
      service_agent_id: zeroId,
      tm_service: neverTime,
    }));
    this.#options.onAsking();
    return true;
  }

  /** The call it was passed to has come; false where it was not passed to any that has not come yet. */
  taken(tell: QueuecallOptions['tell']): boolean {
    if (!this.#kept) return false;
    this.#kept.limit[Symbol.dispose]();
    this.#teller = tell;
    tell(this.#standing);
    this.#tell(undefined);
    return true;
  }

  /** The next agent to be rung for it; rejects with the signal's reason. */
  async nextAgent(signal: AbortSignal): Promise<ReservedAgent> {
    signal.throwIfAborted();
    const kept = this.#kept?.asking;
    this.#kept = undefined;
    if (!kept && this.#record.status === 'entering')
      this.#change(undefined, () => ({
        status: 'wait',
        service_agent_id: zeroId,
        tm_service: neverTime,
      }));
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
    const isServed = this.#record.status === 'service';
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

  /** Nobody comes to take it: an agent it was given meanwhile is free. */
  #forgetKept(): void {
    if (!this.#kept) return;
    const { asking, limit } = this.#kept;
    limit[Symbol.dispose]();
    this.#kept = undefined;
    this.#asking = undefined;
    void asking.promise.then((agent) => agent.free(Promise.resolve()));
  }

  #reserved(id: string, isEngaged: () => boolean): ReservedAgent {
    let outcome: FormerAgent['outcome'] = 'withdrawn';
    let isFree = false;
    return {
      id,
      isEngaged,
      answered: () => {
        outcome = 'served';
        this.#answered(id);
      },
      free: (phones, hasDeclined = false) => {
        if (isFree) return;
        isFree = true;
        if (hasDeclined) outcome = 'declined';
        this.#options.onFormerAgent({ id, queue: this.queue, outcome, phones });
      },
    };
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
    const duration = Math.round(now() - this.#since);
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
    this.#options.onChange(type, this.#record);
  }
}
