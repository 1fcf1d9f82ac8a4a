import { readdir } from 'node:fs/promises';
import { join, parse, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';

/** What a module exports. */
export type Exports = Readonly<Record<string, unknown>>;

/**
 * The modules of a folder of `src`, by their names and in the order of these: a file takes part by being there. In what is built there
 * are no such files: `src/build` puts lists in the place of this module.
 */
export async function modulesOf(folder: string): Promise<ReadonlyMap<string, Exports>> {
  const directory = resolve(import.meta.dirname, '..', folder);
  const modules = new Map<string, Exports>();
  for (const file of (await readdir(directory)).sort()) {
    const { name, ext } = parse(file);
    if (ext !== '.ts' && ext !== '.js') continue;
    modules.set(name, (await import(pathToFileURL(join(directory, file)).href)) as Exports);
  }
  return modules;
}
