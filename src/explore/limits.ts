/** Where a search ends that has not come to its end. */
export interface SearchLimits {
  /** Runs from the start. */
  readonly runs: number;
  /** Different states that a flow is in. */
  readonly states: number;
  /** Decisions in one run. */
  readonly depth: number;
  /** Milliseconds of the real clock. */
  readonly time: number;
}

/**
 * What has cut a search; `values`: more makes a difference than is tried; `together`: more values make a difference together.
 */
export type Cut = keyof SearchLimits | 'values' | 'together';

export const usualLimits: SearchLimits = { runs: 20_000, states: 50_000, depth: 200, time: 60_000 };
