import { zeroId } from '../core/clock.ts';
import { completionProblem } from '../flows/completion.ts';
import type { FlowRecord } from '../flows/flow-record.ts';
import type { Change } from '../ports/changes.ts';
import { found } from './collection.ts';
import type { Parts } from './parts.ts';
import { conflict, invalid } from './problems.ts';

interface Changing {
  readonly id: string;
  readonly change: Change<FlowRecord>;
  /** Whether it is the one that was meant to be changed. */
  readonly isExpected: ((flow: FlowRecord) => boolean) | undefined;
}

/** Changes a flow. @throws AriflowError `NOT_FOUND`, or `CONFLICT` where it is another one meanwhile */
export async function changedFlow(
  { store: { flows } }: Pick<Parts, 'store'>,
  { id, change, isExpected }: Changing,
): Promise<FlowRecord> {
  const changed = await flows.update(id, change, isExpected && { isExpected });
  if (changed) return changed;
  found(await flows.get(id), 'flow');
  throw conflict(changedSince);
}

/** @throws AriflowError `CONFLICT` */
export function stillExpected(flow: FlowRecord, isExpected: Changing['isExpected']): void {
  if (isExpected?.(flow) === false) throw conflict(changedSince);
}

const changedSince = 'the flow has been changed since: expected its ETag in If-Match';

/** Looked at where it changes only. @throws AriflowError where the flow that runs afterwards is not there, or leads back */
export async function checkCompletion(
  { store: { flows } }: Parts,
  { id, on_complete_flow_id }: { readonly id: string; readonly on_complete_flow_id?: string | undefined },
): Promise<void> {
  if (on_complete_flow_id === undefined) return;
  if (id !== zeroId && (await flows.get(id))?.on_complete_flow_id === on_complete_flow_id) return;
  const problem = await completionProblem({ id, on_complete_flow_id }, (other) => flows.get(other));
  if (problem !== undefined) throw invalid('on_complete_flow_id', problem);
}
