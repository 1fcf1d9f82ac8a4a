import { isBusy } from './support/scale.ts';

/**
 * Files with a real Asterisk that are themselves the load, or bring all of a machine to its knees: nothing runs beside them. A
 * daemon that is killed again and again under a stream of calls does that only where the machine has no time left.
 */
export const alone: readonly string[] = ['load', 'queue-load', ...(isBusy ? ['delivery'] : [])];

/** Files with a real Asterisk that compute and wait for no sound: one at a time, when those that need no Asterisk are done and leave the processor to them. */
export const behind: readonly string[] = [
  'console',
  'console-attacks',
  'console-editor',
  'console-editor-keys',
  'console-editor-place',
  'console-flow',
  'console-pages',
  'console-replay',
  'console-rows',
];

export type Share = 'together' | 'behind' | 'alone';

/** Which files of a project run; where nothing is said all of them, one by one. */
export const share = process.env.ARIFLOW_TEST_SHARE as Share | undefined; // as `run.ts` gives it
