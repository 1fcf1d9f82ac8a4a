import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigurationError, messageOf } from '../core/errors.ts';
import { directoryMode } from '../core/file-modes.ts';
import { makeDirectory } from '../core/make-directory.ts';
import type { Config } from './config.ts';

/**
 * Makes the directories that the configuration names, before anything begins to write there.
 * @throws ConfigurationError naming the key where one cannot be made or written to.
 */
export function prepareDirectories({ data_dir, media_dir }: Pick<Config, 'data_dir' | 'media_dir'>): void {
  prepare('data_dir', data_dir, 0o700);
  if (media_dir !== undefined) prepare('media_dir', media_dir, directoryMode);
}

function prepare(key: string, directory: string, mode: number): void {
  const path = resolve(directory);
  const probe = join(path, `.probe-${process.pid}`);
  try {
    makeDirectory(path, mode);
    writeFileSync(probe, '');
    rmSync(probe);
  } catch (cause) {
    throw new ConfigurationError(`configuration: ${key}: cannot write to ${path}: ${inWords(cause)}`, {
      cause,
    });
  }
}

function inWords(error: unknown): string {
  switch (error instanceof Error && 'code' in error ? error.code : undefined) {
    case 'EEXIST':
    case 'ENOTDIR':
      return 'there is a file, and no directory, on the way';
    case 'ENOENT':
      return 'no directory can be made there';
    case 'EACCES':
    case 'EPERM':
      return 'this user may not write there';
    case 'EROFS':
      return 'it is read-only';
    case 'ENOSPC':
    case 'EDQUOT':
      return 'there is no space left';
    default:
      return messageOf(error);
  }
}
