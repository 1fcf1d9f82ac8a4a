import { neverTime, nowMicros, wireTime, zeroId } from '../core/clock.ts';
import type { Address } from './address.ts';
import { type CallRecord, type CurrentAction, nothingYet } from './call-record.ts';

/** Before its first action a call is at this one. */
export const startAction: CurrentAction = {
  id: '00000000-0000-0000-0000-000000000001',
  next_id: zeroId,
  type: '',
};

export interface NewCall {
  readonly id: string;
  readonly source: Address;
  readonly destination: Address;
  readonly direction: 'incoming' | 'outgoing';
  /** The call this one is a leg of; none unless given. */
  readonly masterCallId?: string | undefined;
  /** The trunk it has come by; none unless given. */
  readonly trunkId?: string | undefined;
}

/** A call as it is when it begins. */
export function firstRecord(call: NewCall, isUp: boolean): CallRecord {
  const { id, source, destination, direction, masterCallId = zeroId, trunkId = zeroId } = call;
  return {
    id,
    flow_id: zeroId,
    type: 'flow',
    master_call_id: masterCallId,
    chained_call_ids: [],
    recording_id: zeroId,
    recording_ids: [],
    source,
    destination,
    status: isUp ? 'progressing' : direction === 'incoming' ? 'ringing' : 'dialing',
    action: startAction,
    direction,
    hangup_by: '',
    hangup_reason: '',
    tm_create: wireTime(nowMicros()),
    tm_update: neverTime,
    tm_progressing: isUp ? wireTime(nowMicros()) : neverTime,
    tm_ringing: neverTime,
    tm_hangup: neverTime,
    ...nothingYet,
    trunk_id: trunkId,
  };
}
