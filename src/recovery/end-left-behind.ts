import { type CallRecord, nothingOrdered } from '../calls/call-record.ts';
import type { CallState } from '../calls/call-state.ts';
import { causeOf } from '../calls/hangup-cause.ts';
import { nowMicros, wireTime, zeroId } from '../core/clock.ts';
import { endedCall, endOf, type RecordedFiles, remains } from '../flows/activeflow-end.ts';
import type { ActiveflowWriting } from '../flows/activeflow-options.ts';
import type { ActiveflowRecord, ShownActiveflow } from '../flows/activeflow-record.ts';
import type { EndingState } from '../flows/activeflow-state.ts';
import type { Completion } from '../flows/completion.ts';

/** What a daemon that died has left behind: records of calls and activeflows that nobody lives in any more. */
export interface LeftBehind {
  readonly calls: readonly CallRecord[];
  /** What is known of these calls besides: which channels they had, so that nobody takes those for new ones. */
  readonly states?: ReadonlyMap<string, CallState>;
  /** Without a state where that cannot be read. */
  readonly activeflows: readonly {
    readonly record: ShownActiveflow;
    readonly state: EndingState | undefined;
  }[];
  /** Calls that had ended before. */
  readonly ended: { get(id: string): Promise<CallRecord | undefined> };
  readonly filesOf: RecordedFiles;
}

export interface Ending {
  call(type: 'call_hungup', record: CallRecord, state?: CallState): void;
  activeflow(type: 'activeflow_deleted', record: ActiveflowRecord, writing: ActiveflowWriting): void;
}

/**
 * Ends what was left behind, telling everybody once: whoever waits for the end of a call must hear of it. Resolves to the
 * completions that are due by that.
 */
export async function endLeftBehind(left: LeftBehind, ending: Ending): Promise<readonly Completion[]> {
  const ended = new Map(left.calls.map((call) => [call.id, endCall(call)]));
  const legs = Map.groupBy(ended.values(), ({ master_call_id }) => master_call_id);
  for (const call of ended.values()) {
    const state = left.states?.get(call.id);
    ending.call('call_hungup', call, state && { ...state, digits: '', hidden: '' }); // what nobody has used goes with it
  }
  const completions: Completion[] = [];
  for (const { record: stored, state = nothing } of left.activeflows) {
    const { status: _, ...record } = stored; // events do not show it
    const { reference_type, reference_id } = record;
    const call =
      reference_type === 'call'
        ? (ended.get(reference_id) ?? (await left.ended.get(reference_id)))
        : undefined;
    const last = { ...record, tm_update: wireTime(nowMicros()) };
    const end = endOf(
      last,
      state,
      call && (await endedCall(call, legs.get(reference_id) ?? [], left.filesOf)),
    );
    ending.activeflow('activeflow_deleted', last, { state: () => remains(state), end });
    if (end.completion) completions.push(end.completion);
  }
  return completions;
}

/** Of an activeflow of which only the record can be read. */
const nothing: EndingState = { variables: {}, kept: {}, isTold: false };

function endCall(call: CallRecord): CallRecord {
  const now = wireTime(nowMicros());
  return {
    ...call,
    status: 'hangup',
    recording_id: zeroId,
    hangup_by: 'local',
    hangup_reason: 'failed',
    tm_update: now,
    tm_hangup: now,
    hold: false,
    ...nothingOrdered,
    hangup_cause: causeOf('failed'),
  };
}
