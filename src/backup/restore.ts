import { existsSync } from 'node:fs';
import { chown, rm, stat } from 'node:fs/promises';
import { dirname, join, normalize, relative } from 'node:path';
import { makeDirectory } from '../core/make-directory.ts';
import { contentOf, copied } from './copied.ts';
import { databaseFile, type Manifest, readManifest } from './manifest.ts';

export interface WhereTo {
  readonly dataDir: string;
  /** Where the database is to be; `undefined`: in a PostgreSQL. */
  readonly database: string | undefined;
}

/** Compares a backup with what it says of itself. @throws Error with all that is wrong */
export async function checkBackup(folder: string): Promise<Manifest> {
  const manifest = await readManifest(folder);
  const wrong: string[] = [];
  for (const { path, size, sha256 } of manifest.files) {
    if (!isInside(path)) wrong.push(`${path}: not a path of a backup`);
    else {
      const there = await contentOf(join(folder, path)).catch(() => undefined);
      if (!there) wrong.push(`${path}: is missing`);
      else if (there.size !== size || there.sha256 !== sha256) wrong.push(`${path}: is not what was written`);
    }
  }
  if (wrong.length > 0) throw new Error(`${folder} is damaged: ${wrong.join('; ')}`);
  return manifest;
}

/**
 * Puts a backup where there is nothing yet. It is compared with what it says of itself first; where something fails in the middle,
 * what was put there goes again.
 */
export async function restore(folder: string, { dataDir, database }: WhereTo): Promise<Manifest> {
  const manifest = await checkBackup(folder);
  const targetOf = (path: string): string | undefined =>
    path === databaseFile ? database : join(dataDir, path);
  if (manifest.has_database && database === undefined)
    throw new Error(`${folder} has a database of SQLite: restore it without a database_url of PostgreSQL`);
  const targets = manifest.files.map(({ path }) => targetOf(path));
  const all = [...targets, ...(database === undefined ? [] : besideDatabase(database))];
  const taken = all.find((target) => target !== undefined && existsSync(target));
  if (taken !== undefined) throw new Error(`${taken} is there already: restore into an empty data directory`);
  makeDirectory(dataDir);
  const put: string[] = [];
  try {
    for (const [index, { path }] of manifest.files.entries()) {
      const target = targets[index];
      if (target === undefined) continue;
      await copied(join(folder, path), target);
      put.push(target);
      await giveToOwner(dataDir, target);
    }
  } catch (error) {
    for (const target of put) await rm(target, { force: true });
    throw error;
  }
  return manifest;
}

/** Whose the directory is, his daemon runs there: what root has put into it root alone could read. */
async function giveToOwner(dataDir: string, target: string): Promise<void> {
  if (process.getuid?.() !== 0) return;
  const { uid, gid } = await stat(dataDir);
  let path = target;
  do {
    await chown(path, uid, gid);
    path = dirname(path);
  } while (isInside(relative(dataDir, path)));
}

/** What SQLite would take for changes of this very database, left by one that was there before. */
function besideDatabase(database: string): readonly string[] {
  return [database, ...['-wal', '-shm', '-journal'].map((end) => `${database}${end}`)];
}

/** Whoever has changed a manifest does not write elsewhere. */
function isInside(path: string): boolean {
  return normalize(path) === path && !path.startsWith('..') && !path.startsWith('/');
}
