import type { CallRecord } from '../calls/call-record.ts';
import { nowMicros, wireTime } from '../core/clock.ts';
import type { ActiveflowRecord } from './activeflow-record.ts';

/** What a daemon that died has left behind: records of calls and activeflows that nobody lives in any more. */
export interface LeftBehind {
  readonly calls: readonly CallRecord[];
  readonly activeflows: readonly ActiveflowRecord[];
}

export interface Ending {
  call(type: 'call_hungup', record: CallRecord): void;
  activeflow(type: 'activeflow_deleted', record: ActiveflowRecord): void;
}

/** Ends what was left behind, telling everybody once: whoever waits for the end of a call must hear of it. */
export function endLeftBehind(left: LeftBehind, ending: Ending): void {
  for (const call of left.calls) {
    const now = wireTime(nowMicros());
    const end = {
      status: 'hangup',
      hangup_by: 'local',
      hangup_reason: 'failed',
      tm_update: now,
      tm_hangup: now,
    } as const;
    ending.call('call_hungup', { ...call, ...end });
  }
  for (const activeflow of left.activeflows) {
    ending.activeflow('activeflow_deleted', { ...activeflow, tm_update: wireTime(nowMicros()) });
  }
}
