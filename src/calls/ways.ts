import type { Call } from './call.ts';
import type { ChannelEnd } from './hangup-cause.ts';
import type { Way } from './way.ts';

/** How a leg was refused. */
export interface Refused {
  /** SIP response; 0 where there was none. */
  readonly sipCode: number;
  /** Whether its far end has rung, or sent early media. */
  readonly hasRung: boolean;
}

/** The ways that one call may go, one after the other. */
export interface Ways {
  /** Where it is to ring, where somebody has to be asked for that; or how the call ends at once. */
  first?(call: Call, signal: AbortSignal): Promise<Way | ChannelEnd>;
  /** Where the call goes on when nobody has taken it there, if anywhere. Without `refused` it still rings, and does so on without another way. */
  next(call: Call, refused: Refused | undefined, signal: AbortSignal): Promise<Way | undefined>;
  /** How long it may ring before `next` is asked, in milliseconds; until the call ends where there is none. */
  readonly patience: number | undefined;
  /** Whether there may be another way at all. */
  readonly mayGoOn: boolean;
}
