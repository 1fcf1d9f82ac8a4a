import type { ActionJson } from '../ports/action-json.ts';
import { isEntry, isObject, mapValues, withoutSecrets } from './secrets.ts';

/**
 * Actions as a user sends them back, with the secrets of the stored ones where they are hidden still: whoever changes a flow
 * need not know them. Actions are the same by their ids.
 */
export function withStoredSecrets(
  given: readonly unknown[],
  stored: readonly ActionJson[],
): readonly unknown[] {
  const known = new Map(flat(stored).map((action) => [action.id, action]));
  return given.map((action) => restoredAction(action, known));
}

function restoredAction(action: unknown, known: ReadonlyMap<unknown, ActionJson>): unknown {
  if (!isObject(action)) return action;
  const before = known.get(action.id);
  const { option } = action;
  if (!isObject(option)) return action;
  const isSame = before?.type === action.type;
  const own = isSame ? restored(option, before?.option, withoutSecrets(before?.option)) : option;
  return { ...action, option: mapValues(own as typeof option, (child) => restoredLists(child, known)) };
}

/** Actions inside an option have ids of their own. */
function restoredLists(value: unknown, known: ReadonlyMap<unknown, ActionJson>): unknown {
  return Array.isArray(value) && value.every(isAction)
    ? value.map((item) => restoredAction(item, known))
    : value;
}

/** What is given, or what is stored where the former is what hides it. */
function restored(given: unknown, stored: unknown, shown: unknown): unknown {
  if (given === shown && shown !== stored) return stored;
  if (Array.isArray(given) && Array.isArray(stored) && Array.isArray(shown)) {
    return given.map((item, index) => {
      const at = placeOf(given, index, stored);
      return restored(item, stored[at], shown[at]);
    });
  }
  if (!isObject(given) || !isObject(stored) || !isObject(shown)) return given;
  return mapValues(given, (child, key) => restored(child, stored[key], shown[key]));
}

/** Headers and the like are the same by name, wherever they stand; everything else by place. */
function placeOf(given: readonly unknown[], index: number, stored: readonly unknown[]): number {
  const item = given[index];
  if (!isEntry(item)) return index;
  const isNamesake = (other: unknown): boolean => isEntry(other) && other.name === item.name;
  const before = given.slice(0, index).filter(isNamesake).length;
  return stored.flatMap((other, at) => (isNamesake(other) ? [at] : []))[before] ?? -1;
}

function flat(actions: readonly ActionJson[]): ActionJson[] {
  return actions.flatMap((action) => {
    const lists = Object.values(action.option ?? {}).filter((value) => Array.isArray(value));
    return [action, ...lists.flatMap((list) => flat(list.filter(isAction)))];
  });
}

function isAction(value: unknown): value is ActionJson {
  return (
    isObject(value) && typeof value.type === 'string' && (!('option' in value) || isObject(value.option))
  );
}
