import { useMemo } from 'react';
import { useRead } from '../lib/queries.ts';
import type { Timeline } from '../lib/timeline.ts';
import { type Lit, litBy, unlit } from './lit.ts';
import type { Items } from './model.ts';

/** Which actions a call has been at, and between which it went; of no call none. */
export function useCallWay(callId: string | undefined, items: Items): Lit {
  const address = `/v1.0/calls/${callId}/timeline?type=action`;
  const { data } = useRead<Timeline>('/v1.0/calls', address, { enabled: callId !== undefined });
  return useMemo(() => {
    const ids = data?.events.filter(({ type }) => type === 'action').map(({ id }) => id);
    return ids ? litBy(ids, items) : unlit;
  }, [data, items]);
}
