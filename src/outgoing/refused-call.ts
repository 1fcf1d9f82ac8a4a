import { nowMicros, wireTime, zeroId } from '../core/clock.ts';
import type { ActionError } from '../core/errors.ts';
import { randomUuid } from '../core/random.ts';
import type { FlowEvent } from '../flows/flow-event.ts';

/** A call that nobody's action was to make, or that was to be made later, is refused: told of by the activeflow it never had. */
export function refusedCall(id: string, { code, message }: ActionError): FlowEvent {
  return {
    type: 'action_failed',
    data: {
      id: randomUuid(),
      activeflow_id: id,
      reference_type: 'api',
      reference_id: zeroId,
      action: { id: zeroId, type: 'call' },
      code,
      message,
      tm_create: wireTime(nowMicros()),
    },
  };
}
