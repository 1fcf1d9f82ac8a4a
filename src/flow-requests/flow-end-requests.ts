import { wireTime } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { EndedLeg, EndRequests } from '../flows/activeflow-end.ts';
import { flowEnd } from './flow-end-body.ts';
import type { LaterWork } from './later-requests.ts';

interface Links {
  /** Where the file of a recording is. */
  to(recordingId: string): string;
}

export interface FlowEndOptions {
  readonly log: Log;
  readonly timezone: string;
  readonly nodeName: string;
  readonly links: Links;
  readonly timeout: number;
  readonly pauses: readonly number[];
}

/** What the default webhook is told of an activeflow that has ended, to be stored with that end. */
export function flowEnds({ log, timezone, nodeName, links, timeout, pauses }: FlowEndOptions): EndRequests {
  return ({ id }, { told }) => {
    if (!told) return undefined;
    try {
      const { call, variables } = told;
      const ended = call ? [call, ...call.legs] : [];
      const legs = ended.map((leg) => legOf(leg, leg === call ? 'VISITOR' : 'AGENT'));
      const recordings = recordingsOf(ended, links);
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

/** Each once: several legs may have been in one room. Their files may still be in the making. */
function recordingsOf(legs: readonly EndedLeg[], links: Links) {
  const files = new Map(legs.flatMap(({ recordedAs }) => [...recordedAs]));
  return [...files].map(([id, fileName]) => ({ fileName, url: links.to(id) }));
}

function legOf({ record, hangupCause }: EndedLeg, party: 'VISITOR' | 'AGENT') {
  return {
    call: record,
    cause: hangupCause,
    isRemoteHangup: record.hangup_by === 'remote',
    party,
  };
}
