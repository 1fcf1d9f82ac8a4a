import type { Action } from '../../flows/action.ts';
import type { ActionCatalogue } from '../../flows/load-actions.ts';

/** The actions that can be ordered of a live call, by every name that they have there. */
export function commandsIn(catalogue: ActionCatalogue): ReadonlyMap<string, Action> {
  const commands = new Map<string, Action>();
  for (const action of catalogue.values()) {
    if (!action.command) continue;
    const { way } = action.command;
    if (way?.method === 'post') commands.set(way.name, action);
    commands.set(action.type, action);
  }
  return commands;
}
