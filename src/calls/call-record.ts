import { zeroId } from '../core/clock.ts';
import type { Address } from './address.ts';

/** `in`: nobody hears the party; `out`: the party hears nothing. */
export type MutedWays = '' | 'in' | 'out' | 'both';
export type HangupBy = '' | 'local' | 'remote';

export const callStatuses = [
  'dialing',
  'ringing',
  'progressing',
  'terminating',
  'canceling',
  'hangup',
] as const;
export type CallStatus = (typeof callStatuses)[number];

export const hangupReasons = [
  '',
  'normal',
  'failed',
  'busy',
  'cancel',
  'timeout',
  'noanswer',
  'dialout',
  'amd',
] as const;
/** Why a call has ended; empty while it lives. */
export type HangupReason = (typeof hangupReasons)[number];

/** The action a call is at, as on the wire; `option` after substitution, `tm_execute` once begun. */
export interface CurrentAction {
  readonly id: string;
  readonly next_id: string;
  readonly type: string;
  readonly option?: Readonly<Record<string, unknown>>;
  /** Ours: where the flow goes if this action fails. */
  readonly on_error_id?: string;
  readonly tm_execute?: string;
}

/** A call as REST, webhooks and the store show it: the fields, names and order of the seeds' `call_*` events. */
export interface CallRecord {
  readonly id: string;
  readonly flow_id: string;
  readonly type: 'flow';
  readonly master_call_id: string;
  readonly chained_call_ids: readonly string[];
  readonly recording_id: string;
  readonly recording_ids: readonly string[];
  readonly source: Address;
  readonly destination: Address;
  readonly status: CallStatus;
  readonly action: CurrentAction;
  readonly direction: 'incoming' | 'outgoing';
  readonly hangup_by: HangupBy;
  readonly hangup_reason: HangupReason;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_progressing: string;
  readonly tm_ringing: string;
  readonly tm_hangup: string;
  /** Of the flow in progress on it, or of its last one; zeros where none has been since it was last transferred. */
  readonly activeflow_id: string;
  /** Its phone holds it. */
  readonly hold: boolean;
  /** The response that refused a call of ours, and the standard's words for it; 0 and nothing where the far end sent none. */
  readonly sip_code: number;
  readonly sip_reason: string;
  /** Q.850; 0 while it lives. */
  readonly hangup_cause: number;
  /** Its phone was told, by our order, that it is on hold. */
  readonly held: boolean;
  readonly mute: MutedWays;
  /** The music on hold that it hears by order: `default`, or as it was named; empty without. */
  readonly moh: string;
  /** The trunk that it goes or has come by; zeros without one. */
  readonly trunk_id: string;
  /** Which form of its flow runs on it; 0 for actions without a stored flow, and of calls of earlier versions. */
  readonly flow_revision: number;
}

/** The orders that a call stands under, as its record shows them. */
export type Ordered = Pick<CallRecord, 'held' | 'mute' | 'moh'>;

/** The call stands under no order. */
export const nothingOrdered: Ordered = { held: false, mute: '', moh: '' };

/** The fields behind the seeds' own, as they are of a call of which nothing is known yet: a new one, or one of an earlier version. */
export const nothingYet = {
  activeflow_id: zeroId,
  hold: false,
  sip_code: 0,
  sip_reason: '',
  hangup_cause: 0,
  ...nothingOrdered,
  trunk_id: zeroId,
  flow_revision: 0,
} satisfies Partial<CallRecord>;
