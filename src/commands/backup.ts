import { resolve } from 'node:path';
import { backUp } from '../backup/backup.ts';
import type { Manifest } from '../backup/manifest.ts';
import { checkBackup, restore } from '../backup/restore.ts';
import { loadConfig } from '../config/config.ts';
import { lockDataDir } from '../config/data-lock.ts';
import { wireTime } from '../core/clock.ts';
import { makeDirectory } from '../core/make-directory.ts';
import { version } from '../version.ts';
import { type Output, printable } from './output.ts';

/** Keeps what a data directory has, while its daemon runs. */
export async function backupTo(folder: string, env: NodeJS.ProcessEnv, output: Output): Promise<void> {
  const { dataDir, database } = placesOf(env);
  const manifest = await backUp(resolve(folder), { dataDir, database, version, now: wireTime() });
  tell(manifest, 'kept', output);
}

export interface RestoreOptions {
  readonly check?: boolean;
}

/** Puts it into an empty data directory, or only says whether it is whole. */
export async function restoreFrom(
  folder: string,
  { check = false }: RestoreOptions,
  env: NodeJS.ProcessEnv,
  output: Output,
): Promise<void> {
  if (check) return tell(await checkBackup(resolve(folder)), 'whole', output);
  const places = placesOf(env);
  makeDirectory(places.dataDir);
  using _ = lockDataDir(places.dataDir); // no daemon is there, and none begins meanwhile
  tell(await restore(resolve(folder), places), 'restored', output);
}

function placesOf(env: NodeJS.ProcessEnv): {
  readonly dataDir: string;
  readonly database: string | undefined;
} {
  const { data_dir, database_url } = loadConfig(env);
  const dataDir = resolve(data_dir);
  if (database_url === undefined) return { dataDir, database: resolve(dataDir, 'ariflow.db') };
  const [, path] = /^sqlite:(.+)$/.exec(database_url) ?? [];
  return { dataDir, database: path === undefined ? undefined : resolve(path) };
}

function tell({ files, missing, tm_create }: Manifest, what: string, { out, err }: Output): void {
  for (const line of missing) err(printable(`not in it: ${line}`));
  const size = files.reduce((sum, file) => sum + file.size, 0);
  out(`${what}: ${files.length} files of ${tm_create}, ${(size / 1_000_000).toFixed(1)} MB`);
}
