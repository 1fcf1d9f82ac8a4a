import { modulesOf } from '../core/modules-of.ts';
import type { Action } from './action.ts';

/** Every type of action there is, by its wire name. */
export type ActionCatalogue = ReadonlyMap<string, Action>;

/**
 * Loads the actions of a folder: a file there is an action, and its name is the wire type.
 * @throws Error for a file that is none, or whose type is not its name.
 */
export async function loadActions(folder = 'actions'): Promise<ActionCatalogue> {
  const catalogue = new Map<string, Action>();
  for (const [name, { default: action }] of await modulesOf(folder)) {
    if (!isAction(action, name))
      throw new Error(`src/actions/${name} must export the action '${name}' as its default`);
    catalogue.set(name, action);
  }
  return catalogue;
}

function isAction(exported: unknown, name: string): exported is Action {
  return typeof exported === 'object' && exported !== null && 'type' in exported && exported.type === name;
}
