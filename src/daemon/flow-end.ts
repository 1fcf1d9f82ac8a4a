import type { CallRecord } from '../calls/call-record.ts';
import { wireTime } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { EndedLeg } from '../flows/activeflow-end.ts';
import { flowEnd } from '../flows/webhook/flow-end.ts';
import type { LaterWork } from '../webhooks/later-requests.ts';
import type { EndRequests } from './news.ts';

export interface FlowEndOptions {
  readonly log: Log;
  readonly timezone: string;
  readonly nodeName: string;
  /** Where users reach the API. */
  readonly publicUrl: string;
  readonly timeout: number;
  readonly pauses: readonly number[];
}

/** What the default webhook is told of an activeflow that has ended, to be stored with that end. */
export function flowEnds({
  log,
  timezone,
  nodeName,
  publicUrl,
  timeout,
  pauses,
}: FlowEndOptions): EndRequests {
  return ({ id }, { told }) => {
    if (!told) return undefined;
    try {
      const { call, variables } = told;
      const legs = call ? [legOf(call, 'VISITOR'), ...call.legs.map((leg) => legOf(leg, 'AGENT'))] : [];
      const recordings = legs.flatMap(({ call }) => recordingsOf(call, publicUrl));
      const body = flowEnd({ activeflowId: id, legs, variables, recordings, timezone, nodeName });
      const work: LaterWork = { to: { webhook: 'default', body: JSON.stringify(body) }, timeout, pauses };
      // The id is the activeflow's: it is told once.
      return { id: `msg_end${id.replaceAll('-', '')}`, work: JSON.stringify(work), tm_create: wireTime() };
    } catch (error) {
      log.error({ activeflow: id, error: messageOf(error) }, 'flow_end_not_told'); // and yet it ends
      return undefined;
    }
  };
}

/** Their files may still be in the making. */
function recordingsOf({ recording_ids }: CallRecord, publicUrl: string) {
  return recording_ids.map((id) => ({ fileName: id, url: `${publicUrl}/v1.0/recordingfiles/${id}` }));
}

function legOf({ record, hangupCause }: EndedLeg, party: 'VISITOR' | 'AGENT') {
  return {
    call: record,
    cause: hangupCause,
    isRemoteHangup: record.hangup_by === 'remote',
    party,
  };
}
