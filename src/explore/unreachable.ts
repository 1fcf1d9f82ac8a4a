import { knownVariables } from '../flows/variable-table.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { Evidence } from './evidence.ts';
import type { Plan } from './plan.ts';

/** Variables of which every value was tried that they can have. */
const tried = new Set([
  ...['voipbin.call.digits', 'voipbin.digits_receive.result', 'voipbin.menu.key', 'voipbin.menu.result'],
  ...['voipbin.gather.value', 'voipbin.gather.result', 'voipbin.connect.status', 'voipbin.amd.status'],
]);

/** A group of actions that nobody comes to, by the one that the others follow. */
export interface Unreached {
  readonly action: ActionJson;
  /** How many of the others lead nowhere else either. */
  readonly others: number;
}

/**
 * The actions that nothing leads to: no run has come to them, nor may one that was not tried. Where the search was cut that is
 * whatever the text of the flow does not lead to.
 */
export function unreached(plan: Plan, evidence: Evidence, wasCut: boolean): readonly Unreached[] {
  const { actions, ahead } = plan;
  const [first] = actions;
  if (!first) return [];
  const reached = new Set([first.id, ...evidence.reached.keys()]);
  for (const action of actions) {
    if (!reached.has(action.id) || !(wasCut || isOpen(action, plan, evidence))) continue;
    for (const id of ahead.of(action.id)?.ids ?? []) reached.add(id);
  }
  const missing = actions.filter(({ id }) => !reached.has(id));
  const left = new Set(missing.map(({ id }) => id));
  const groups: Unreached[] = [];
  for (const action of [...missing.filter((one) => isFirst(one, missing, plan)), ...missing]) {
    if (!left.delete(action.id)) continue;
    const behind = [...(ahead.of(action.id)?.ids ?? [])].filter((id) => left.delete(id));
    groups.push({ action, others: behind.length });
  }
  return groups;
}

/** Whether none of the others leads to it. */
function isFirst({ id }: ActionJson, missing: readonly ActionJson[], { ahead }: Plan): boolean {
  return !missing.some((other) => other.id !== id && ahead.of(other.id)?.ids.has(id));
}

/** Whether it may lead elsewhere than the runs have shown. */
function isOpen(
  action: ActionJson,
  { catalogue, actions, ahead, isSetHere, isTried }: Plan,
  { reached, untried }: Evidence,
): boolean {
  if (untried.has(action.id)) return true;
  const isNew = ahead.next(action).some((id) => !reached.has(id) && actions.some((one) => one.id === id));
  if (!isNew) return false;
  const comparisons = catalogue.get(action.type)?.compares(action.option ?? {}) ?? [];
  return comparisons.some(({ variable, value }) => {
    if (tried.has(variable) || (isSetHere(variable) && isTried(variable))) return false;
    const values = knownVariables.get(variable);
    return !values || typeof value !== 'string' || values.admits(value);
  });
}
