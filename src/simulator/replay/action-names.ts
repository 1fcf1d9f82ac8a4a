import type { FlowToRun } from '../../ports/flow-to-run.ts';
import type { RecordedCall } from './recorded-call.ts';

/** What an action is called in a call as it was and as it is. */
export type NameOf = (action: { readonly id: string; readonly type: string }) => string;

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** By the ids that somebody has written; those that are made are others each time, where the flow does not keep them: by the type then. */
export function namesIn({ actions }: FlowToRun, { met }: RecordedCall): NameOf {
  const ran = new Set(met.map(({ id }) => id));
  const kept = new Set(actions.map(({ id }) => id).filter((id) => ran.has(id)));
  return ({ id, type }) => (kept.has(id) || !uuid.test(id) ? id : type);
}
