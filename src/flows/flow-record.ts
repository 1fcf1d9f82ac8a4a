import type { ActionJson } from './action-json.ts';

/** A stored flow as REST shows it. */
export interface FlowRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly name: string;
  readonly detail: string;
  readonly actions: readonly ActionJson[];
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
}
