import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Action } from './action.ts';

/** Every type of action there is, by its wire name. */
export type ActionCatalogue = ReadonlyMap<string, Action>;

/**
 * Loads the actions of a directory: a file there is an action, and its name is the wire type.
 * @throws Error for a file that is none, or whose type is not its name.
 */
export async function loadActions(
  directory = join(import.meta.dirname, '../actions'),
): Promise<ActionCatalogue> {
  const catalogue = new Map<string, Action>();
  for (const file of (await readdir(directory)).sort()) {
    const { name, ext } = parse(file);
    if (ext !== '.ts' && ext !== '.js') continue;
    const module = (await import(pathToFileURL(join(directory, file)).href)) as { default?: Action };
    if (module.default?.type !== name)
      throw new Error(`src/actions/${file} must export the action '${name}' as its default`);
    catalogue.set(name, module.default);
  }
  return catalogue;
}
