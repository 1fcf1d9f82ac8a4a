import type { Address } from '../calls/address.ts';
import type { Call } from '../calls/call.ts';
import type { TimeLimit } from '../calls/lifespan.ts';
import type { ActionError } from '../core/errors.ts';
import type { FlowToRun } from './flow-to-run.ts';

/** A call to be made. */
export interface OutgoingRequest {
  /** The id the call gets; any unless given. */
  readonly callId?: string | undefined;
  readonly source: Address;
  readonly destination: Address;
  /** Shown to the callee beside the number. */
  readonly callerName?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** Who has sent the caller on to where he is called from. */
  readonly referredBy?: Address | undefined;
  /** How long it may ring, in milliseconds. */
  readonly timeout: number;
  /** How long it may last once it is answered; as long as any call, unless given. */
  readonly limit?: TimeLimit | undefined;
  /** How often a redirection of the callee's (3xx) is followed; never unless given. */
  readonly redirects?: number | undefined;
  /** The call it is a leg of, or hung up with. */
  readonly master?: Call | undefined;
  /** Told what keeps the callee from being called, where that turns out when the call has been announced. */
  readonly onFailed?: ((error: ActionError) => void) | undefined;
}

/** A call to be made with a flow of its own. */
export interface OutgoingFlowRequest extends OutgoingRequest {
  readonly flow: FlowToRun;
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** The flow begins when it rings, not when it is answered. */
  readonly isEarly?: boolean | undefined;
  /** How many calls of flows this one comes after, each made by the one before. */
  readonly depth: number;
  /** The id its activeflow gets; any unless given. */
  readonly activeflowId?: string | undefined;
  /** Waited for before the INVITE goes out. */
  readonly beforeInvite?: () => Promise<void>;
}

export interface StartedCall {
  readonly call: Call;
  readonly activeflowId: string;
}

/** What actions use to call somebody. */
export interface Outgoing {
  /** Whom to ring for a destination, and how: an agent's addresses, or just itself. @throws ActionError `UNKNOWN_AGENT`, `AGENT_AWAY` */
  partiesOf(destination: Address): Promise<Parties>;
  /** @throws ActionError with what speaks against calling there */
  check(destination: Address): void;
  /**
   * The URI that somebody calls there who is asked to; numbers of ours are at `host`, where that is known.
   * @throws ActionError with what speaks against calling there
   */
  uriOf(destination: Address, host: string | undefined): string;
  /** Calls, without a flow: a leg of the call that asks. @throws ActionError where that is refused */
  ring(request: OutgoingRequest): Call;
  /** Calls, and runs a flow on the call. @throws ActionError where that is refused */
  start(request: OutgoingFlowRequest): StartedCall;
  /** Makes calls later, also across restarts, as fast as the limits let it; resolves once that is sure. @throws ActionError */
  later(calls: readonly LaterCall[]): Promise<void>;
}

export interface Parties {
  readonly method: 'ringall' | 'linear';
  readonly addresses: readonly Address[];
}

/** A call to be made at a time to come, as data: it outlives the daemon. */
export interface LaterCall {
  /** The id its activeflow will have. */
  readonly id: string;
  readonly delayMinutes: number;
  readonly source: Address;
  readonly destination: Address;
  readonly callerName?: string | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly flowId: string;
  /** Where `flowId` names none. */
  readonly actions: FlowToRun['actions'];
  readonly variables: Readonly<Record<string, string>>;
  readonly timeout: number;
  readonly isEarly: boolean;
  readonly depth: number;
  readonly redirects?: number | undefined;
  readonly limit?: TimeLimit | undefined;
}
