import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';

const description = findPackageJSON(import.meta.url);
if (description === undefined) throw new Error('this is no part of a package');

/** The folder of `package.json`, from the sources and from what is built of them. */
export const packageRoot = dirname(description);

/** Node.js runs the sources as they are; in an installed package is what was built of them. */
const [folder, extension] = import.meta.url.endsWith('.ts') ? ['src', '.ts'] : ['dist', '.js'];

/** A program of ours, of a process or of a thread, by its name in `src`: `up/main`. */
export function programFile(name: string): URL {
  return pathToFileURL(join(packageRoot, folder, `${name}${extension}`));
}
