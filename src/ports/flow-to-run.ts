import type { ActionJson } from './action-json.ts';

/** A flow to run, as routing found it. */
export interface FlowToRun {
  readonly id: string;
  readonly actions: readonly ActionJson[];
  readonly on_complete_flow_id?: string;
  readonly end_webhook?: boolean;
}
