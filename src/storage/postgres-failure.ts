import { StoreError, type StoreProblem } from '../core/store-error.ts';

// https://www.postgresql.org/docs/current/errcodes-appendix.html: the first two characters of a code are its class.
const problems: Readonly<Record<string, StoreProblem>> = {
  '22012': 'taken over', // division_by_zero: only the fence divides (daemons.ts)
  '23505': 'conflict', // unique_violation
  '53100': 'full', // disk_full
  '55P03': 'busy', // lock_not_available
  '57014': 'busy', // query_canceled, by a timeout
  XX001: 'corrupt', // data_corrupted
  XX002: 'corrupt', // index_corrupted
};

/** What is wrong with the values of a query. Anything else has to do with the server, and may be better later. */
const classes: Readonly<Record<string, StoreProblem>> = {
  '22': 'failed', // data exception
  '23': 'failed', // integrity constraint violation
  '40': 'busy', // transaction rollback: serialization failure, deadlock
  '54': 'failed', // program limit exceeded
};

/** What PostgreSQL or the way to it said, as an error of the store. */
export function postgresError(error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const { code, message = String(error) } = error as { code?: unknown; message?: string }; // pg's errors carry both
  const state = typeof code === 'string' ? code : '';
  const cause = new Error(`PostgreSQL: ${message || state}`, { cause: error });
  return new StoreError(problems[state] ?? classes[state.slice(0, 2)] ?? 'unreachable', { cause });
}
