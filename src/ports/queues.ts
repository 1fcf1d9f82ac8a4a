import type { Address } from '../calls/address.ts';
import type { Call } from '../calls/call.ts';
import type { Announcements } from './announcements.ts';
import type { CallbackOption } from './callback-option.ts';

/** The variables of a call that is in a queue. */
export type QueueFacts = {
  readonly [Name in
    | `voipbin.queue.${'id' | 'name' | 'detail'}`
    | `voipbin.queuecall.${QueuecallFact}`]?: string;
};

type QueuecallFact =
  | 'id'
  | 'status'
  | 'agent_id'
  | 'priority'
  | 'timeout_wait'
  | 'timeout_service'
  | 'duration_waiting'
  | 'duration_service'
  | 'reason'
  | 'position'
  | 'estimated_wait'
  | 'estimated_wait_seconds'
  | 'estimated_wait_minutes';

/** How a call joins a queue. */
export interface QueueJoining {
  /** Of its place. */
  readonly id: string;
  readonly queueId: string;
  /** Higher ones are served first. */
  readonly priority: number;
  /** Told of what changes for it, by the names of variables, now and as long as it is in the queue. */
  readonly tell: (facts: QueueFacts) => void;
  /** Answers the call: not where it leaves the queue at once. */
  readonly answer: () => Promise<void>;
}

/** What actions use of the queues. */
export interface QueuesPort {
  /** Gives a call a place in a queue. @throws ActionError `NOT_FOUND`, `ALREADY_IN_QUEUE`, `ANSWER_FAILED`; the signal's reason */
  join(call: Call, joining: QueueJoining, signal: AbortSignal): Promise<QueuePlace>;
  /** Whether a call that has had this place before a kill had left it by then: to be called back, or for good. Rejects with the signal's reason. */
  hasLeft(id: string, signal: AbortSignal): Promise<boolean>;
  /**
   * Lets the caller leave his queue and keep his place: he is called back, at his number unless another one is given. @throws ActionError
   * `NOT_IN_QUEUE`, `TOO_MANY_CALLBACKS`, what speaks against calling there; the signal's reason
   */
  callBack(
    call: Call,
    wanted: { readonly destination?: Address | undefined },
    signal: AbortSignal,
  ): Promise<void>;
}

/** What a call that waits keeps of its queue. */
export interface QueueTerms {
  /** The flow to run meanwhile; the zero UUID: none. */
  readonly wait_flow_id: string;
  /** How long each address of an agent rings, in milliseconds. */
  readonly ring_timeout: number;
  /** The key by which its agent says that he needs no time behind the call; empty: there is none. */
  readonly wrap_up_key: string;
  /** What the call is told meanwhile. */
  readonly announcements: Announcements;
  /** How its caller may ask to be called back. */
  readonly callback: CallbackOption;
  /** What it hears without a flow, or while its agent's phone holds; empty: the usual. */
  readonly music: string;
}

/** A call's place in a queue. */
export interface QueuePlace {
  /** Its queue, as it was when the call came. */
  readonly queue: QueueTerms;
  /** Whether an agent has taken the call: one that goes on after a kill may have one already. */
  readonly isServed: boolean;
  /** The instant until which they may talk, where one has taken it; never, where there is no limit. */
  readonly talksUntil: number;
  /** Aborted when the call is to leave: somebody took it out, or it has waited for long enough. */
  readonly out: AbortSignal;
  /** Waits for the next agent to ring; the first one may be rung already, or have taken the call. Rejects with the signal's reason. */
  nextAgent(signal: AbortSignal): Promise<ReservedAgent>;
  /** They have talked for as long as they may. */
  timeIsUp(): void;
  /** The call has left, and why; only the first time counts, and only where it has the place still. */
  leave(because: 'agent' | 'hangup' | 'flow', callId: string): void;
}

/**
 * What an agent did with a call that does not need him any more: he has declined it, or has not answered, or has talked and needs no
 * time behind it. Nothing where he did neither.
 */
export type HowFreed = 'declined' | 'missed' | 'ready';

/** An agent whom nobody else rings meanwhile. */
export interface ReservedAgent {
  readonly id: string;
  /** Whether another call of his has come between: then he is not rung. */
  isEngaged(): boolean;
  /** He has taken the call, on this leg. */
  answered(legId: string): void;
  /** He is free as soon as his phones are, and what he did counts for when he is rung again. Only the first time counts. */
  free(phones: Promise<unknown>, how?: HowFreed): void;
}
