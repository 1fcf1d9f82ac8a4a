import type { Call } from '../calls/call.ts';

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
  | 'estimated_wait_seconds';

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
}

/** A call's place in a queue. */
export interface QueuePlace {
  /** The flow to run meanwhile; the zero UUID: none. */
  readonly waitFlowId: string;
  /** How long each address of an agent rings, in milliseconds. */
  readonly ringTimeout: number;
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

/** An agent whom nobody else rings meanwhile. */
export interface ReservedAgent {
  readonly id: string;
  /** Whether another call of his has come between: then he is not rung. */
  isEngaged(): boolean;
  /** He has taken the call. */
  answered(): void;
  /** He is free as soon as his phones are; one who has declined is left alone for a while. Only the first time counts. */
  free(phones: Promise<unknown>, hasDeclined?: boolean): void;
}
