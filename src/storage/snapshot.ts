import { existsSync, writeFileSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '../core/errors.ts';

/**
 * Copies a database of SQLite as it is at this moment, while others write to it: they wait for nothing. (The backup of SQLite's own
 * would begin anew with each of their writes, and so never end.)
 * @throws Error that names the file
 */
export function snapshot(from: string, to: string): void {
  if (!existsSync(from)) throw new Error(`there is no database ${from}`);
  const database = new DatabaseSync(from);
  try {
    writeFileSync(to, '', { mode: 0o600, flag: 'wx' }); // SQLite would let others read it
    database.exec('pragma busy_timeout = 10000');
    database.prepare('vacuum into ?').run(to);
  } catch (cause) {
    throw new Error(`cannot copy the database ${from}: ${messageOf(cause)}`, { cause });
  } finally {
    database.close();
  }
}
