import { readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { messageOf } from '../core/errors.ts';
import { makeDirectory } from '../core/make-directory.ts';
import { fileNameOf, type RecordingRecord } from '../recordings/recording-record.ts';
import { openStore } from '../storage/open-store.ts';
import { snapshot } from '../storage/snapshot.ts';
import { contentOf, copied } from './copied.ts';
import { databaseFile, type Manifest, manifestFile } from './manifest.ts';

export interface WhatToKeep {
  readonly dataDir: string;
  /** Of SQLite; `undefined`: the database is PostgreSQL, which has tools of its own. */
  readonly database: string | undefined;
  readonly version: string;
  /** A wire time. */
  readonly now: string;
}

/** What makes one data directory another than the next: passwords and keys, and whose calls in a shared database are its own. */
const own = ['secrets.json', 'instance'];
/** Folders of files that stay as they are once they are there. */
const folders = ['sounds'];

/**
 * Copies all that is worth keeping into a folder, while the daemon runs: the database as it was at one moment, and the files of
 * which it knew then. Whatever is not in it is said.
 */
export async function backUp(folder: string, what: WhatToKeep): Promise<Manifest> {
  makeDirectory(folder);
  if ((await readdir(folder)).length > 0) throw new Error(`${folder} is not empty`);
  try {
    return await keepAll(folder, what);
  } catch (error) {
    // What there is of it has passwords in it, and would be in the way of the next try.
    for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
    throw error;
  }
}

async function keepAll(folder: string, what: WhatToKeep): Promise<Manifest> {
  const { version, now: tm_create, database, dataDir } = what;
  const keeping = new Keeping(dataDir, folder);
  for (const path of own) if (await isThere(join(dataDir, path))) await keeping.keep(path);
  if (database === undefined) await keepBesidePostgres(keeping, dataDir);
  else await keepWithDatabase(keeping, database, join(folder, databaseFile));
  for (const sub of folders) for (const path of await filesIn(dataDir, sub)) await keeping.keep(path);
  const { files, missing } = keeping;
  const manifest = { version, tm_create, has_database: database !== undefined, files, missing };
  // Last: a folder without it is no backup.
  const text = `${JSON.stringify(manifest, null, 2)}\n`;
  await writeFile(join(folder, manifestFile), text, { mode: 0o600, flag: 'wx' });
  return manifest;
}

/** What has been copied, and what has not. */
class Keeping {
  readonly files: Manifest['files'] = [];
  readonly missing: string[] = [];
  readonly #from: string;
  readonly #to: string;

  constructor(from: string, to: string) {
    this.#from = from;
    this.#to = to;
  }

  async keep(path: string, name = path): Promise<void> {
    try {
      this.files.push({ path, ...(await copied(join(this.#from, path), join(this.#to, path))) });
    } catch (error) {
      if (!isGone(error)) throw error;
      this.missing.push(`${name}: ${messageOf(error)}`);
    }
  }
}

/** It was deleted, meanwhile or before: nobody can keep it. Of whatever else goes wrong somebody has to hear. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT';
}

/** The database as it is now, and the recordings that it says are over: their files stay as they are. */
async function keepWithDatabase(keeping: Keeping, database: string, copy: string): Promise<void> {
  snapshot(database, copy);
  const recordings = await recordingsIn(copy);
  keeping.files.push({ path: databaseFile, ...(await contentOf(copy)) });
  for (const recording of recordings) {
    const { id, status } = recording;
    if (status === 'done') await keeping.keep(join('recordings', fileNameOf(recording)), `recording ${id}`);
    else if (status !== 'failed') keeping.missing.push(`recording ${id}: it is not over`);
  }
}

async function keepBesidePostgres(keeping: Keeping, dataDir: string): Promise<void> {
  keeping.missing.push('the database, which is PostgreSQL: keep it by pg_dump, before this');
  for (const path of await filesIn(dataDir, 'recordings')) await keeping.keep(path);
}

async function recordingsIn(database: string): Promise<readonly RecordingRecord[]> {
  const store = await openStore(`sqlite:${database}`);
  try {
    const all: RecordingRecord[] = [];
    let token: string | undefined;
    do {
      const page = await store.recordings.list({ size: 100, token });
      all.push(...page.result);
      token = page.next;
    } while (token !== '');
    return all;
  } finally {
    await store.close();
  }
}

/** All files under a folder of the data directory, as paths from that. */
async function filesIn(dataDir: string, folder: string): Promise<readonly string[]> {
  if (!(await isThere(join(dataDir, folder)))) return [];
  const entries = await readdir(join(dataDir, folder), { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(dataDir, join(parentPath, name)));
}

async function isThere(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
