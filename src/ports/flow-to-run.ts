import type { ActionJson } from './action-json.ts';

/** What the actions of a flow take that do not say it themselves; empty: as each action has it. */
export interface FlowDefaults {
  readonly language: string;
  readonly voice: string;
  readonly barge_in: boolean;
  /** Not there in flows of an earlier version. */
  readonly music?: string;
}

/** What a trace has of the digits that callers type. */
export type TraceDigits = 'keep' | 'mask';

/** What is run of a flow, stored or not. */
export interface FlowToRun {
  readonly id: string;
  readonly actions: readonly ActionJson[];
  /** The flow that runs after an activeflow of this one has ended; none where missing or the zero UUID. */
  readonly on_complete_flow_id?: string;
  /** Whether the end of its activeflows is told to the default webhook. */
  readonly end_webhook?: boolean;
  /** None where missing. */
  readonly defaults?: FlowDefaults | undefined;
  /** Which form of a stored flow it is. */
  readonly revision?: number | undefined;
  /** Whether all is kept that its calls meet: variables, digits, requests and replies. */
  readonly trace?: boolean | undefined;
  /** Whether what is typed is left out of that; kept where missing. */
  readonly trace_digits?: TraceDigits | undefined;
}
