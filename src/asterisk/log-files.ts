import { copyFile, lstat, truncate } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Config } from '../config/config.ts';

/** Warnings and errors; who logs in and who fails to; what it prints. */
export const logNames = {
  messages: 'messages.log',
  security: 'security.log',
  console: 'console.log',
} as const;

/** A longer log is set aside as `….1`, in the place of the one before. */
export const largestLog = 10_000_000;

/** Where the daemon sees the logs of its Asterisk. */
export function logDirectory(config: Config): string {
  return resolve(config.asterisk_log_dir ?? join(config.data_dir, 'asterisk', 'log'));
}

/**
 * Sets a log aside that has grown too long, and empties it where it is: Asterisk goes on writing to the same file, so nothing
 * has to be asked of it. Lines of the moment between may be lost. In a container a log may be a link to its output.
 */
export async function keepSmall(file: string, most = largestLog): Promise<boolean> {
  const status = await lstat(file).catch(() => undefined);
  if (!status?.isFile() || status.size <= most) return false;
  await copyFile(file, `${file}.1`);
  await truncate(file);
  return true;
}
