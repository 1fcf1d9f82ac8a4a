import { createHash } from 'node:crypto';
import { readdir, readFile, stat } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import type { Kind } from './kinds.ts';
import type { Step, WrittenSound } from './step.ts';
import type { Daemon, Stored } from './stock.ts';

/** Sounds are files themselves: `sounds/my/greeting.wav`, or `sounds/my/greeting.de-DE.wav` of a language. */
export const soundKind: Kind = { folder: 'sounds', what: 'sound', key: 'name' };

/** All sounds in a folder, by their names. */
export async function readSounds(folder: string): Promise<readonly WrittenSound[]> {
  const sounds: WrittenSound[] = [];
  for (const path of (await filesIn(folder)).toSorted()) sounds.push(await soundAt(folder, path)); // one at a time in memory
  return sounds;
}

/** All below a folder, without what is hidden. Links are what they lead to. */
async function filesIn(folder: string): Promise<readonly string[]> {
  const found: string[] = [];
  for (const name of await readdir(folder)) {
    if (name.startsWith('.')) continue;
    const path = join(folder, name);
    const isFolder = (await stat(path)).isDirectory();
    found.push(...(isFolder ? await filesIn(path) : [path]));
  }
  return found;
}

async function soundAt(folder: string, path: string): Promise<WrittenSound> {
  const stem = relative(folder, path).slice(0, -extname(path).length || undefined);
  const [, name = stem, language = ''] = /^(.*)\.([a-z]{2,3}(?:-[A-Za-z0-9]+)*)$/.exec(stem) ?? [];
  const sha256 = createHash('sha256')
    .update(await readFile(path))
    .digest('hex');
  return { name, language, path, sha256 };
}

/** What it takes for the daemon to have them. The same file is uploaded once. */
export function soundSteps(written: readonly WrittenSound[], stock: readonly Stored[]): readonly Step[] {
  const keyOf = ({ name, language }: { name?: unknown; language?: unknown } & object): string =>
    `${String(name)}${language === '' ? '' : `.${String(language)}`}`;
  const there = new Map(stock.map((sound) => [keyOf(sound), sound]));
  const steps = written.map((sound): Step => {
    const name = keyOf(sound);
    const found = there.get(name);
    there.delete(name);
    if (!found) return { kind: soundKind, name, does: 'make', sound, changes: [] };
    const isSame = found.sha256 === sound.sha256;
    const does = isSame ? 'nothing' : 'change';
    return { kind: soundKind, name, does, sound, id: found.id, changes: isSame ? [] : ['audio'] };
  });
  const left = [...there].map(
    ([name, { id }]): Step => ({ kind: soundKind, name, does: 'delete', id, changes: [] }),
  );
  return [...steps, ...left];
}

/** Uploads one. */
export async function upload(daemon: Daemon, { id, sound }: Step): Promise<void> {
  if (!sound) return;
  const { name, language, path } = sound;
  const body = await readFile(path);
  if (id !== undefined) await daemon.upload('PUT', `/v1.0/sounds/${id}/audio`, body);
  else {
    const query = new URLSearchParams({ name, ...(language && { language }) });
    await daemon.upload('POST', `/v1.0/sounds?${query}`, body);
  }
}
