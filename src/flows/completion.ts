import { zeroId } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { sleep } from '../core/wait.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { FlowsPort } from '../ports/ports.ts';

/** So many flows may run one after the other, each because the one before has completed. */
export const mostCompletions = 5;

type Completing = Pick<FlowToRun, 'id' | 'on_complete_flow_id'>;
type Lookup = (id: string) => Promise<Completing | undefined>;

/** A flow that is to run because an activeflow has ended. Stored with that end, until it runs. */
export interface Completion {
  /** Of the activeflow that has ended. */
  readonly id: string;
  /** What is to run. */
  readonly flow_id: string;
  /** How many activeflows it comes after, each having completed. */
  readonly generation: number;
  /** How many calls of flows it comes after, each made by the one before: no way round that bound leads through here. */
  readonly depth: number;
  /** What it begins with. */
  readonly variables: Readonly<Record<string, string>>;
  readonly tm_create: string;
}

/** What runs after an activeflow of this flow that came after so many others; `undefined` where nothing does. */
export function nextOf(
  { on_complete_flow_id = zeroId }: Pick<Completing, 'on_complete_flow_id'>,
  generation: number,
): Pick<Completion, 'flow_id' | 'generation'> | undefined {
  if (on_complete_flow_id === zeroId || generation >= mostCompletions) return undefined;
  return { flow_id: on_complete_flow_id, generation: generation + 1 };
}

/** How long it takes until the store is asked again that failed. */
const pause = 1_000;

/** The flow to run, asked for until the store answers; `undefined` where it is gone. Rejects only with the signal's reason. */
export async function successorOf(
  { id, flow_id }: Completion,
  { flows, log, signal }: { flows: FlowsPort; log: Log; signal: AbortSignal },
): Promise<FlowToRun | undefined> {
  for (let failures = 0; ; failures++) {
    try {
      const next = await flows.get(flow_id);
      if (!next) log.warn({ activeflow: id, on_complete_flow_id: flow_id }, 'completion_flow_missing');
      return next;
    } catch (error) {
      if (failures === 0)
        log.error({ on_complete_flow_id: flow_id, error: messageOf(error) }, 'completion_delayed');
    }
    await sleep(pause, signal);
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
