import { globSync } from 'node:fs';
import { join, parse } from 'node:path';
import type { Plugin } from 'rolldown';

/** Puts lists of the modules of some folders in the place of `core/modules-of.ts`, which would look into the folders. */
export function foldersAsLists(src: string, folders: readonly string[]): Plugin {
  return {
    name: 'folders-as-lists',
    load(id) {
      return id === join(src, 'core/modules-of.ts')
        ? { code: listsOf(src, folders), moduleType: 'js' }
        : undefined;
    },
  };
}

function listsOf(src: string, folders: readonly string[]): string {
  const imports: string[] = [];
  const lists = folders.map((folder) => {
    const entries = globSync(`${folder}/*.ts`, { cwd: src })
      .sort()
      .map((file) => {
        const name = `module${imports.length}`;
        imports.push(`import * as ${name} from ${JSON.stringify(join(src, file))};`);
        return `[${JSON.stringify(parse(file).name)}, ${name}]`;
      });
    return `[${JSON.stringify(folder)}, new Map([${entries}])]`;
  });
  return `${imports.join('\n')}
const folders = new Map([${lists}]);
export async function modulesOf(folder) {
  const modules = folders.get(folder);
  if (!modules) throw new Error(\`not built with the modules of \${folder}\`);
  return modules;
}`;
}
