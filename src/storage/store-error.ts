import { AriflowError, type ErrorReason } from '../core/errors.ts';

/** Why the store could not do something, whichever engine it is. */
export type StoreProblem = 'busy' | 'full' | 'unreachable' | 'corrupt' | 'closed' | 'conflict' | 'failed';

interface Meaning {
  readonly reason: ErrorReason;
  readonly isRetryable: boolean;
  readonly message: string;
}

const meanings: Readonly<Record<StoreProblem, Meaning>> = {
  busy: { reason: 'UNAVAILABLE', isRetryable: true, message: 'the store is busy' },
  full: { reason: 'UNAVAILABLE', isRetryable: true, message: 'the store is full' },
  unreachable: { reason: 'UNAVAILABLE', isRetryable: true, message: 'the store cannot be reached' },
  corrupt: { reason: 'UNAVAILABLE', isRetryable: false, message: 'the store is damaged' },
  closed: { reason: 'UNAVAILABLE', isRetryable: false, message: 'the store is closed' },
  conflict: { reason: 'CONFLICT', isRetryable: false, message: 'it exists already' },
  failed: { reason: 'INTERNAL', isRetryable: false, message: 'the store failed' },
};

/** What the store throws. The message is for anybody; what the engine said (paths, SQL) is in `cause`. */
export class StoreError extends AriflowError {
  override readonly name = 'StoreError';
  readonly problem: StoreProblem;
  /** Whether the same request may succeed later. */
  readonly isRetryable: boolean;

  constructor(problem: StoreProblem, options: { message?: string; cause?: unknown } = {}) {
    const { reason, isRetryable, message } = meanings[problem];
    super(reason, options.message ?? message, { cause: options.cause });
    this.problem = problem;
    this.isRetryable = isRetryable;
  }
}
