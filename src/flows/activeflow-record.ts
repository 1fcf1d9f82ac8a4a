import type { CurrentAction } from '../calls/call-record.ts';
import { startAction } from '../calls/first-record.ts';
import { neverTime, nowMicros, wireTime, zeroId } from '../core/clock.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';

export type ReferenceType = 'call' | 'api';

export const activeflowStatuses = ['running', 'ended'] as const;

/** As REST shows it: the events' names say the rest. `tm_update` of one that has ended is its end. */
export interface ShownActiveflow extends ActiveflowRecord {
  readonly status: (typeof activeflowStatuses)[number];
}

/** An activeflow as REST, webhooks and the store show it: the fields, names and order of the seeds' `activeflow_*` events. */
export interface ActiveflowRecord {
  readonly id: string;
  readonly flow_id: string;
  readonly customer_id: string;
  readonly reference_type: ReferenceType;
  readonly reference_id: string;
  readonly current_action: CurrentAction;
  readonly forward_action_id: string;
  readonly actions: readonly ActionJson[];
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
}

/** An activeflow as it is when it begins. */
export function firstActiveflow(
  id: string,
  flow: FlowToRun & { readonly shown: FlowToRun['actions'] },
  { customerId, callId }: { readonly customerId: string; readonly callId: string | undefined },
): ActiveflowRecord {
  const now = wireTime(nowMicros());
  return {
    id,
    flow_id: flow.id,
    customer_id: customerId,
    reference_type: callId === undefined ? 'api' : 'call',
    reference_id: callId ?? zeroId,
    current_action: startAction,
    forward_action_id: zeroId,
    // What is shown, told and stored of it; what runs is in its position.
    actions: flow.shown,
    tm_create: now,
    tm_update: now,
    tm_delete: neverTime,
  };
}
