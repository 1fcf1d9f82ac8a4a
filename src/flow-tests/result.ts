import type { Place } from './document.ts';

/** How a test has ended. */
export interface TestResult extends Place {
  readonly name: string;
  /** Nothing where it has passed. */
  readonly failures: readonly (Place & { readonly message: string })[];
  /** What happened, a line each, for whoever asks why. */
  readonly story: readonly string[];
  /** How long its call was, in milliseconds of virtual time. */
  readonly length: number;
}

/** A file of tests that has been run. */
export interface FileResult {
  /** As it was named. */
  readonly file: string;
  readonly tests: readonly TestResult[];
  /** How long that took, in milliseconds. */
  readonly took: number;
}
