import type { Call } from '../calls/call.ts';
import type { Music } from '../calls/chosen-music.ts';
import type { SpeechRequest } from './speech.ts';

/** How a call joins a confbridge. */
export interface ConfbridgeJoining {
  /** The others do not hear it. */
  readonly isMuted: boolean;
  /** 0: no limit but the confbridge's own. */
  readonly maxMembers: number;
  /** Whether it starts with this call, as with most; one that does not waits with music until it has. */
  readonly startsIt?: boolean | undefined;
  /** Whether the others leave with it. */
  readonly endsIt?: boolean | undefined;
  /** The keys by which its party leaves. */
  readonly leaveKeys?: string | undefined;
  /** The text that all in the room hear when the call has joined. */
  readonly announcement?: SpeechRequest | undefined;
  /** Whether the others do not hear what it presses. */
  readonly absorbsDigits?: boolean | undefined;
  /** What it hears while it is alone, or waits; the usual where missing. */
  readonly music?: Music | undefined;
}

/** What joining a conference consists of; the flows are none where their ids are the zero UUID. */
export interface ConferenceToJoin {
  readonly confbridge_id: string;
  readonly pre_flow_id: string;
  readonly post_flow_id: string;
  /** What those hear who name nothing else; empty: the usual. */
  readonly music: string;
}

/** How a call comes to a conference. */
export interface ConferenceEntering {
  readonly id: string;
  /** Of its time there. */
  readonly conferencecallId: string;
  readonly activeflowId: string;
}

export interface ConfbridgesPort {
  /**
   * Brings a call into a confbridge, made on first use, and resolves when it has left it.
   * @throws ActionError why it cannot join; the signal's reason.
   */
  join(call: Call, confbridgeId: string, joining: ConfbridgeJoining, signal: AbortSignal): Promise<void>;
}

export interface ConferencesPort {
  /** Notes that a call is about to join; `undefined` where there is no such conference. */
  enter(call: Call, entering: ConferenceEntering): Promise<ConferenceToJoin | undefined>;
}
