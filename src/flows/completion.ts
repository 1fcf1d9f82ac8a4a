import { zeroId } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Services, StoredFlow } from './services.ts';

/** So many flows may run one after the other, each because the one before has completed. */
export const mostCompletions = 5;

type Completing = Pick<StoredFlow, 'id' | 'on_complete_flow_id'>;
type Lookup = (id: string) => Promise<Completing | undefined>;

/** The flow to run now that an activeflow of `flow` has ended; `undefined` where it has none, or none that is there. */
export async function successorOf(
  flow: Completing,
  flows: Services['flows'],
  log: Log,
): Promise<StoredFlow | undefined> {
  const id = flow.on_complete_flow_id ?? zeroId;
  if (id === zeroId) return undefined;
  try {
    const next = await flows.get(id);
    if (!next) log.warn({ flow: flow.id, on_complete_flow_id: id }, 'completion_flow_missing');
    return next;
  } catch (error) {
    log.error({ flow: flow.id, on_complete_flow_id: id, error: messageOf(error) }, 'completion_flow_lost');
    return undefined;
  }
}

/** What is wrong with completing a flow by another one: that is not there, leads back, or is the first of too many. */
export async function completionProblem(
  flow: Required<Completing>,
  flowOf: Lookup,
): Promise<string | undefined> {
  let id = flow.on_complete_flow_id;
  for (let links = 1; id !== zeroId; links++) {
    if (id === flow.id) return 'leads back to this flow';
    if (links > mostCompletions) return `leads through more than ${mostCompletions} flows`;
    const next = await flowOf(id);
    if (!next) return links === 1 ? 'no such flow' : undefined;
    id = next.on_complete_flow_id ?? zeroId;
  }
  return undefined;
}
