import type { ErrorReason } from './error-reasons.ts';
import { AriflowError, type Problem } from './errors.ts';

/** Why the store could not do something, whichever engine it is. */
export type StoreProblem =
  | 'busy'
  | 'full'
  | 'unreachable'
  | 'corrupt'
  | 'closed'
  | 'conflict'
  | 'dangling'
  | 'pointed to'
  | 'taken over'
  | 'failed';

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
  dangling: { reason: 'INVALID_ARGUMENT', isRetryable: false, message: 'it points to what is not there' },
  'pointed to': { reason: 'CONFLICT', isRetryable: false, message: 'something points to it' },
  'taken over': {
    reason: 'UNAVAILABLE',
    isRetryable: false,
    message: 'another daemon has taken over what was ours',
  },
  failed: { reason: 'INTERNAL', isRetryable: false, message: 'the store failed' },
};

/** What the store throws. The message is for anybody; what the engine said (paths, SQL) is in `cause`. */
export class StoreError extends AriflowError {
  override readonly name = 'StoreError';
  readonly problem: StoreProblem;
  /** Whether the same request may succeed later. */
  readonly isRetryable: boolean;

  constructor(
    problem: StoreProblem,
    { message, ...options }: { message?: string; details?: readonly Problem[]; cause?: unknown } = {},
  ) {
    const { reason, isRetryable, message: usual } = meanings[problem];
    super(reason, message ?? usual, options);
    this.problem = problem;
    this.isRetryable = isRetryable;
  }
}
