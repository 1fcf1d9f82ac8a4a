import { StoreError, type StoreProblem } from '../core/store-error.ts';
import type { SqlFailure } from './sqlite-messages.ts';

// https://www.sqlite.org/rescode.html: the low byte of an extended code is its primary code.
const problems: Readonly<Record<number, StoreProblem>> = {
  1: 'failed', // SQLITE_ERROR
  5: 'busy', // SQLITE_BUSY
  6: 'busy', // SQLITE_LOCKED
  8: 'unreachable', // SQLITE_READONLY
  10: 'unreachable', // SQLITE_IOERR
  11: 'corrupt', // SQLITE_CORRUPT
  13: 'full', // SQLITE_FULL
  14: 'unreachable', // SQLITE_CANTOPEN
  18: 'failed', // SQLITE_TOOBIG
  19: 'failed', // SQLITE_CONSTRAINT
  20: 'failed', // SQLITE_MISMATCH
  25: 'failed', // SQLITE_RANGE
  26: 'corrupt', // SQLITE_NOTADB
};

const uniqueViolations: readonly number[] = [1555, 2067]; // SQLITE_CONSTRAINT_PRIMARYKEY, _UNIQUE

/** What SQLite said, as an error of the store. */
export function sqliteError(failure: SqlFailure): StoreError {
  const cause = new Error(`SQLite: ${failure.message} (${failure.code})`);
  if (uniqueViolations.includes(failure.code)) return new StoreError('conflict', { cause });
  // What is not known to be the change's own fault must not cost the change: it is tried again.
  return new StoreError(problems[failure.code & 0xff] ?? 'unreachable', { cause });
}
