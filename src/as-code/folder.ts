import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, extname, join } from 'node:path';
import { contentOf, problemIn, textOf } from './content.ts';
import { type Kind, kindOf, kinds } from './kinds.ts';
import { sayingIn } from './saying.ts';
import { readSounds, soundKind } from './sounds.ts';
import type { Written, WrittenSound } from './step.ts';
import { isFields } from './values.ts';

export interface Folder {
  /** The kinds that have a folder, in their order, as is what is written. */
  readonly kinds: readonly Kind[];
  readonly written: readonly Written[];
  /** Nothing where there is no folder of them. */
  readonly sounds: readonly WrittenSound[] | undefined;
  readonly problems: readonly string[];
}

/** What lies there is about all the rest, and no daemon's: `ariflow test` runs it. */
const testFolder = 'tests';

const extensions = new Set(['.json', '.yaml', '.yml']);
/** More than any flow that is taken. */
const largest = 4_194_304;

/** Reads all files of a folder; what is wrong with it is said all at once. */
export async function readFolder(folder: string, env: NodeJS.ProcessEnv): Promise<Folder> {
  const problems: string[] = [];
  const written: Written[] = [];
  const folders = await foldersIn(folder);
  for (const name of folders)
    if (!kindOf(name) && name !== soundKind.folder && name !== testFolder)
      problems.push(
        `${name}: no such kind; there are ${[soundKind, ...kinds].map((each) => each.folder).join(', ')}`,
      );
  const found = kinds.filter((kind) => folders.includes(kind.folder));
  for (const kind of found) {
    for (const name of await sorted(join(folder, kind.folder))) {
      const file = `${kind.folder}/${name}`;
      if (!extensions.has(extname(name))) problems.push(`${file}: expected a file of JSON or YAML`);
      else
        try {
          written.push(await readOne(folder, kind, file, env));
        } catch (error) {
          problems.push(problemIn(file, error));
        }
    }
  }
  const sounds = folders.includes(soundKind.folder)
    ? await readSounds(join(folder, soundKind.folder))
    : undefined;
  return { kinds: found, written, sounds, problems: [...problems, ...twice(written)] };
}

/** In the order of their names, without what is hidden. */
async function sorted(folder: string): Promise<readonly string[]> {
  return (await readdir(folder)).filter((name) => !name.startsWith('.')).toSorted();
}

/** Links to folders are folders. */
async function foldersIn(folder: string): Promise<readonly string[]> {
  const names = await sorted(folder);
  const found = await Promise.all(names.map((name) => stat(join(folder, name))));
  return names.filter((_, index) => found[index]?.isDirectory());
}

async function readOne(folder: string, kind: Kind, file: string, env: NodeJS.ProcessEnv): Promise<Written> {
  const path = join(folder, file);
  if ((await stat(path)).size > largest) throw new Error('longer than 4 MiB');
  const text = textOf(await readFile(path));
  const content: unknown = filled(contentOf(text, file.endsWith('.json')), env);
  const isList = kind.folder === 'flows' && Array.isArray(content);
  const given = isList ? { actions: content } : content;
  if (!isFields(given)) throw new Error(`expected an object, the ${kind.what}`);
  const { [kind.key]: own = basename(file, extname(file)) } = given;
  if (typeof own !== 'string' || own === '') throw new Error(`${kind.key}: expected a text`);
  return { kind, name: own, fields: { ...given, [kind.key]: own }, file, said: sayingIn(file, text, isList) };
}

/** `${env:NAME}` is what the environment says: a secret need not stand in a file. */
export function filled(value: unknown, env: NodeJS.ProcessEnv): unknown {
  if (typeof value === 'string')
    return value.replace(/\$\{env:([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
      const found = env[name];
      if (found === undefined) throw new Error(`the environment has no ${name}`);
      return found;
    });
  if (Array.isArray(value)) return value.map((item) => filled(item, env));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, filled(child, env)]));
}

function twice(written: readonly Written[]): string[] {
  const first = new Map<string, string>();
  return written.flatMap(({ kind, name, file }) => {
    const key = `${kind.folder} ${name}`;
    const other = first.get(key);
    first.set(key, other ?? file);
    return other === undefined ? [] : [`${file}: called like ${other}`];
  });
}
