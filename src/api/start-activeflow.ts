import type { Admission } from '../calls/admission.ts';
import { AriflowError, type Problem } from '../core/errors.ts';
import type { ActiveflowRecord } from '../flows/activeflow-record.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import { skippedWithoutCall } from '../flows/flow.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';

/** An activeflow without a call that has been started, and what of its flow it leaves out. */
export interface StartedActiveflow {
  readonly activeflow: ActiveflowRecord;
  readonly warnings: readonly Problem[];
}

export interface Starting {
  readonly activeflows: Pick<Activeflows, 'alone' | 'start'>;
  readonly admission: Pick<Admission, 'closedFor'>;
  readonly catalogue: ActionCatalogue;
  /** How many without a call there may be. */
  readonly most: number;
}

/** Runs a flow without a call. @throws AriflowError `RATE_LIMITED`, `UNAVAILABLE` */
export function startActiveflow(
  flow: FlowToRun,
  initial: Readonly<Record<string, string>>,
  { activeflows, admission, catalogue, most }: Starting,
): StartedActiveflow {
  if (admission.closedFor)
    throw new AriflowError('UNAVAILABLE', `no more flows begin: the daemon is ${admission.closedFor}`);
  if (activeflows.alone >= most)
    throw new AriflowError('RATE_LIMITED', 'too many activeflows without a call are under way');
  return {
    activeflow: activeflows.start(flow, { initial }).view,
    warnings: skippedWithoutCall(flow.actions, catalogue),
  };
}
