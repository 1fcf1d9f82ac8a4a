import { ActionError } from '../core/errors.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { Action, Outcome } from './action.ts';
import { targetsOf } from './flow.ts';
import { isNowhere } from './go-to.ts';
import type { WrittenOption } from './written.ts';

/** A way out of an action. */
export interface Way {
  /** As the action names it: `targets.1`, `failure_id`, `on_error_id`; `next` where nothing else is said. */
  readonly name: string;
  /** The action that it leads to; none: to the following one, or the end. It may hold placeholders. */
  readonly to: string | undefined;
}

/** All ways out of an action as it is written; none where the flow ends with it. */
export function waysOf(action: ActionJson, type: Action): readonly Way[] {
  const { option = {}, next_id, on_error_id } = action;
  const named = [...targetsOf(type, option), ['on_error_id', on_error_id] as const].flatMap(
    ([name, to]): Way[] => (typeof to === 'string' && !isNowhere(to) ? [{ name, to }] : []),
  );
  if (!type.goesOn(option)) return named;
  return [...named, { name: 'next', to: isNowhere(next_id) ? undefined : next_id }];
}

/** Told when an action is over: which way the flow goes; nothing where the flow, or the call, ends with it. */
export type WayTold = (action: ActionJson, way: string | undefined) => void;

/** The same action, which tells which way it goes: several of them may lead to the same place. */
export function tellingWay(type: Action, tell: WayTold): Action {
  return {
    ...type,
    async run(context, option) {
      const { action, signal } = context;
      try {
        const outcome = await type.run(context, marked(option, type.targets));
        tell(action, outcome ? wayOf(outcome) : 'next');
        return outcome && unmarked(outcome);
      } catch (error) {
        const { name, id } = readMark(error instanceof ActionError ? error.goTo : undefined);
        if (!signal.aborted) tell(action, name ?? (isNowhere(action.on_error_id) ? 'next' : 'on_error_id'));
        if (!(error instanceof ActionError) || name === undefined) throw error;
        const { code, message, path = '', cause } = error;
        throw new ActionError(code, message, { goTo: id, ...(path && { path }), cause });
      }
    },
  };
}

/** Between a target and the way that leads there: in no id. */
const mark = '\n';

function marked(option: unknown, targets: readonly string[]): unknown {
  return targets.reduce((marks, pattern) => markedAt(marks, pattern.split('.'), ''), option);
}

function markedAt(value: unknown, [key, ...rest]: readonly string[], path: string): unknown {
  if (key === undefined)
    return typeof value === 'string' && !isNowhere(value) ? `${value}${mark}${path}` : value;
  if (typeof value !== 'object' || value === null) return value;
  const fields: WrittenOption = { ...value };
  const keys = key === '*' ? Object.keys(fields) : key in fields ? [key] : [];
  const within = (name: string): string => (path === '' ? name : `${path}.${name}`);
  return {
    ...fields,
    ...Object.fromEntries(keys.map((name) => [name, markedAt(fields[name], rest, within(name))])),
  };
}

function readMark(id: string | undefined): { readonly id: string; readonly name: string | undefined } {
  const [to = '', name] = (id ?? '').split(mark);
  return { id: to, name };
}

function wayOf(outcome: Outcome): string | undefined {
  if (outcome.go === 'to') return readMark(outcome.actionId).name;
  return outcome.go === 'finish' ? undefined : 'next';
}

function unmarked(outcome: Outcome): Outcome {
  return outcome.go === 'to' ? { ...outcome, actionId: readMark(outcome.actionId).id } : outcome;
}
