import { existsSync } from 'node:fs';
import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { exported, exportedSounds } from '../as-code/export.ts';
import { kinds } from '../as-code/kinds.ts';
import { soundKind } from '../as-code/sounds.ts';
import { hidden } from '../as-code/values.ts';
import { daemonAt } from './daemon-at.ts';
import { type Output, printable } from './output.ts';

/** Writes what the daemon has into files that `apply` takes. */
export async function exportTo(folder: string, env: NodeJS.ProcessEnv, { out, err }: Output): Promise<void> {
  const files = await exported(daemonAt(env));
  const sounds = await exportedSounds(daemonAt(env));
  for (const { folder: name } of [...kinds, soundKind]) await unlessEmpty(join(folder, name));
  for (const { folder: name } of new Set(files.map(({ kind }) => kind)))
    await mkdir(join(folder, name), { recursive: true });
  const hiding: string[] = [];
  for (const { kind, file, fields } of files) {
    const text = `${JSON.stringify(fields, null, 2)}\n`;
    await writeFile(join(folder, kind.folder, file), text, { flag: 'wx' });
    out(`${kind.folder}/${file}`);
    if (text.includes(hidden)) hiding.push(`${kind.folder}/${file}`);
  }
  if (hiding.length > 0)
    err(
      printable(
        `warning: secrets are hidden: elsewhere, put \${env:NAME} in their place: ${hiding.join(', ')}`,
      ),
    );
  for (const { file, audio } of sounds) {
    const path = join(folder, 'sounds', file);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, await audio(), { flag: 'wx' });
    out(`sounds/${file}`);
  }
  for (const line of sameNames(files.map(({ kind, name }) => `${kind.folder}/${name}`)))
    err(printable(`warning: ${line} is there more than once: apply will ask for other names`));
}

/** @throws Error where there is something in it: a file of before would be taken for one of now */
async function unlessEmpty(folder: string): Promise<void> {
  if (existsSync(folder) && (await readdir(folder)).length > 0) throw new Error(`${folder} is not empty`);
}

function sameNames(names: readonly string[]): readonly string[] {
  return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
}
