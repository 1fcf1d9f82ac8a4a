import type { Deaf } from '../calls/incoming-stream.ts';
import { nowMicros, wireTime, zeroId } from '../core/clock.ts';
import { randomUuid } from '../core/random.ts';
import type { FlowEvent } from './flow-event.ts';

/** Whoever is about a call hears its party no more. It may be that no flow runs on the call, or that several do. */
export function stalledMedia(callId: string, what: Deaf): FlowEvent {
  const data = {
    id: randomUuid(),
    activeflow_id: zeroId,
    reference_type: 'call',
    reference_id: callId,
    what,
    tm_create: wireTime(nowMicros()),
  };
  return { type: 'media_stalled', data };
}
