import type { ActiveflowRecord } from '../flows/activeflow-record.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import { type Ended, endedVariables } from './ended-variables.ts';

export interface LiveActiveflows {
  /** The record with `tm_execute` in its current action, while the activeflow lives. */
  get(id: string): ActiveflowRecord | undefined;
  /** Asks a living activeflow to end; false where none lives. */
  stop(id: string): boolean;
  /** Of a living one, and what an ended one has kept; `undefined` where there is none. */
  variables(id: string): Promise<Readonly<Record<string, unknown>> | undefined>;
}

export function liveActiveflows(
  activeflows: Pick<Activeflows, 'get' | 'stop'>,
  ended: Ended,
): LiveActiveflows {
  return {
    get: (id) => activeflows.get(id)?.view,
    stop: (id) => activeflows.stop(id),
    variables: async (id) =>
      activeflows.get(id)?.variables.shownEntries() ?? (await endedVariables(id, ended)),
  };
}
