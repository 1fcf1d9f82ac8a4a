import { isBusy } from './support/scale.ts';

/**
 * Files with a real Asterisk that are themselves the load, or bring all of a machine to its knees: nothing runs beside them. A
 * daemon that is killed again and again under a stream of calls does that only where the machine has no time left.
 */
export const alone: readonly string[] = ['load', 'queue-load', ...(isBusy ? ['delivery'] : [])];

export type Share = 'together' | 'alone';

/** Which files of a project run; where nothing is said all of them, one by one. */
export const share = process.env.ARIFLOW_TEST_SHARE as Share | undefined; // as `run.ts` gives it
