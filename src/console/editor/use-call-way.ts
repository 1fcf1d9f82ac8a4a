import { useMemo } from 'react';
import { useRead } from '../lib/queries.ts';
import type { Timeline } from '../lib/timeline.ts';
import { runsOf } from './call-runs.ts';
import { type Lit, litBy, together, unlit } from './lit.ts';
import type { Items } from './model.ts';

/** What a call has met of a flow. */
export interface CallWay {
  readonly lit: Lit;
  /** The forms of the flow that ran on it. */
  readonly revisions: readonly number[];
}

const nothing: CallWay = { lit: unlit, revisions: [] };

/** Which actions of a flow a call has been at, and between which it went; of no call none. */
export function useCallWay(callId: string | undefined, flowId: string, items: Items): CallWay {
  const address = `/v1.0/calls/${callId}/timeline?type=flow,action`;
  const { data } = useRead<Timeline>('/v1.0/calls', address, { enabled: callId !== undefined });
  return useMemo(() => {
    if (!data) return nothing;
    const runs = runsOf(flowId, data.events);
    return {
      lit: together(runs.map(({ ids }) => litBy(ids, items))),
      revisions: [...new Set(runs.map(({ revision }) => revision))].filter((revision) => revision > 0),
    };
  }, [data, flowId, items]);
}
