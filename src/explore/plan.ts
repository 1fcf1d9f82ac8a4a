import { listsIn } from '../flows/advice/list.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import { fixedText, objectIn } from '../flows/written.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { Installation } from '../simulator/installation.ts';
import { Differences } from './differences.ts';
import { madeUp } from './made-up.ts';
import { WaysAhead } from './ways-ahead.ts';

/** What is explored, and what is known of it before the first run. */
export interface Plan {
  readonly actions: readonly ActionJson[];
  /** Those of the flows that it runs, too. */
  readonly all: readonly ActionJson[];
  readonly catalogue: ActionCatalogue;
  readonly installation: Installation;
  readonly differences: Differences;
  readonly ahead: WaysAhead;
  /** Variables that there are before the first action. */
  readonly variables: Readonly<Record<string, string>>;
  /** Whether something in the flow sets a variable of this name. */
  readonly isSetHere: (name: string) => boolean;
  /** Whether all values are tried that it is set to. */
  readonly isTried: (name: string) => boolean;
}

export interface Given {
  readonly catalogue: ActionCatalogue;
  readonly flow: FlowToRun;
  readonly installation: Installation;
  readonly variables: Readonly<Record<string, string>>;
  /** Who calls. */
  readonly from: string;
}

export function planOf({ catalogue, flow, installation: there, variables, from }: Given): Plan {
  const { actions } = flow;
  const installation = madeUp(actions, there, catalogue, from);
  const lists = [actions, ...flowsWithin(actions, installation, catalogue)];
  const written = lists.flatMap((list) =>
    listsIn(list, catalogue, 'actions').flatMap((each) => each.actions),
  );
  const setters = written.map(({ type, option }) => ({ names: type.sets(option), type: type.type, option }));
  const setting = (name: string) =>
    setters.filter(({ names }) => names !== 'anything' && names.includes(name));
  return {
    ...{ actions, catalogue, installation, variables },
    all: lists.flat(),
    differences: new Differences(lists, catalogue),
    ahead: new WaysAhead(actions, catalogue),
    isSetHere: (name) => setting(name).length > 0,
    isTried: (name) =>
      setting(name).every(({ type, option }) => type !== 'variable_set' || isFixed(objectIn(option).value)),
  };
}

function isFixed(value: unknown): boolean {
  return value === undefined || value === '' || fixedText(value) !== '';
}

/** The lists of the stored flows that run inside it. */
function flowsWithin(
  actions: readonly ActionJson[],
  { flows, queues, conferences }: Installation,
  catalogue: ActionCatalogue,
): readonly (readonly ActionJson[])[] {
  const known = new Map(flows.map((flow) => [flow.id.toLowerCase(), flow.actions]));
  const found = new Map<string, readonly ActionJson[]>();
  const left = [actions];
  for (let list = left.pop(); list; list = left.pop())
    for (const { type, option = {} } of list) {
      const named = catalogue.get(type)?.refersTo(option) ?? [];
      const ids = named.flatMap(({ kind, id: written }) => {
        const id = written.toLowerCase();
        if (kind === 'queue') return queues.flatMap((queue) => (queue.id === id ? [queue.wait_flow_id] : []));
        if (kind === 'conference')
          return conferences.flatMap((one) => (one.id === id ? [one.pre_flow_id, one.post_flow_id] : []));
        return kind === 'flow' && type === 'fetch_flow' ? [id] : [];
      });
      for (const id of ids) {
        const flow = known.get(id);
        if (!flow || found.has(id)) continue;
        found.set(id, flow);
        left.push(flow);
      }
    }
  return [...found.values()];
}
