import type { ActionJson } from '../ports/action-json.ts';
import type { FlowDefaults, TraceDigits } from '../ports/flow-to-run.ts';

/** A stored flow as REST shows it. */
export interface FlowRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly name: string;
  readonly detail: string;
  readonly actions: readonly ActionJson[];
  /** The flow to run after an activeflow of this one has ended; none where missing or the zero UUID. */
  readonly on_complete_flow_id?: string;
  /** Whether the end of its activeflows is told to the default webhook; false where missing. */
  readonly end_webhook?: boolean;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
  /** What its actions take that do not say it themselves; none where missing. */
  readonly defaults?: FlowDefaults;
  /** Counts its forms, from 1. */
  readonly revision: number;
  /** Whether all is kept that its calls meet; false where missing. */
  readonly trace?: boolean;
  /** What of it digits are; kept where missing. */
  readonly trace_digits?: TraceDigits;
}

/** One form of a flow, and since when it had it. */
export interface FlowRevision extends Pick<FlowRecord, 'revision' | 'name' | 'detail'> {
  readonly tm_create: string;
}

/** A flow that has never been changed, as far as anybody knows: a new one, or one of an earlier version. */
export const firstRevision = { revision: 1 } satisfies Partial<FlowRecord>;
