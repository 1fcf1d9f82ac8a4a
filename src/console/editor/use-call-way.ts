import { useMemo } from 'react';
import { useRead } from '../lib/queries.ts';
import { type Timeline, wayOf } from '../lib/timeline.ts';

/** Which actions a call has been at, and between which it went; of no call none. */
export type CallWay = ReturnType<typeof wayOf>;

export function useCallWay(callId: string | undefined): CallWay {
  const address = `/v1.0/calls/${callId}/timeline?type=action`;
  const { data } = useRead<Timeline>('/v1.0/calls', address, { enabled: callId !== undefined });
  return useMemo(() => wayOf(data?.events ?? []), [data]);
}
