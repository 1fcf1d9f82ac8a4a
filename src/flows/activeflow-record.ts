import type { CurrentAction } from '../calls/call-record.ts';
import type { ActionJson } from '../ports/action-json.ts';

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
