import type { CallRecord } from '../calls/call-record.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { SimulatedCall } from './simulations.ts';
import type { Timeline } from './timeline.ts';

/** A call to be met once more, as data. */
export interface WantedReplay {
  readonly call: CallRecord;
  readonly timeline: Timeline;
  /** What runs: what ran then, or another one. */
  readonly flow: FlowToRun;
  /** Keys in the place of those that were not kept, a group for each input. */
  readonly digits: readonly string[];
}

/** A call that was met once more. */
export interface ReplayedCall {
  readonly call_id: string;
  /** Whether it has gone as it did. */
  readonly is_same: boolean;
  /** As it was and as it is: both of the same step, of another one where it was or is. */
  readonly steps: readonly { readonly was?: string | undefined; readonly is?: string | undefined }[];
  /** What could not be known, each once. */
  readonly assumed: readonly string[];
  readonly ended: SimulatedCall['ended'];
}
