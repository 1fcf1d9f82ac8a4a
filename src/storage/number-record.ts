import { zeroId } from '../core/clock.ts';

/** A stored number as REST shows it: which flow runs when it is dialled. */
export interface NumberRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly number: string;
  readonly name: string;
  readonly detail: string;
  /** The zero UUID where no flow runs. */
  readonly call_flow_id: string;
  readonly message_flow_id: string;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
  /** Opening hours; the zero UUID where it is always open. */
  readonly schedule_id: string;
  /** The flow that runs while it is closed. */
  readonly closed_flow_id: string;
}

/** What a number has where nothing else was said. */
export const numberDefaults = { schedule_id: zeroId, closed_flow_id: zeroId } as const;
