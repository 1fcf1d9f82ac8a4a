import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigurationError } from '../core/errors.ts';

/**
 * Whether a file of a database that is about to be opened was there at an earlier start, and is not any more: an empty one in its
 * place would lose all flows and numbers without a word.
 * @throws ConfigurationError unless `isNew` says so.
 */
export function expectDatabase(dataDir: string, url: string, isNew: boolean): void {
  const path = fileOf(url);
  if (path === undefined || isNew || existsSync(path) || known(dataDir) !== path) return;
  throw new ConfigurationError(
    `the database ${path} is gone, and was there at the last start: put it back, or begin with an empty one by ARIFLOW_NEW_DATABASE=true`,
  );
}

/** For the next start. */
export function rememberDatabase(dataDir: string, url: string): void {
  const path = fileOf(url);
  if (path === undefined || known(dataDir) === path) return;
  writeFileSync(join(dataDir, 'database'), path, { mode: 0o600 });
}

function known(dataDir: string): string | undefined {
  try {
    return readFileSync(join(dataDir, 'database'), 'utf8');
  } catch {
    return undefined;
  }
}

function fileOf(url: string): string | undefined {
  const path = /^sqlite:(.+)$/.exec(url)?.[1];
  return path === ':memory:' ? undefined : path;
}
