import type { FlowToRun } from '../ports/flow-to-run.ts';

/** A call to be simulated, as data. */
export interface WantedSimulation {
  /** Without it, what is on the number. */
  readonly flow?: FlowToRun | undefined;
  readonly number: string;
  readonly from: string;
  /** When the call comes, in milliseconds since 1970. */
  readonly at: number;
  readonly variables: Readonly<Record<string, string>>;
  /** What the caller does where something waits for him, one after the other, before `digits` and `says` count. */
  readonly does: readonly (
    | { readonly press: string }
    | { readonly say: string }
    | { readonly wait: true }
    | { readonly hangup: true }
  )[];
  /** He hangs up so many milliseconds after the call began. */
  readonly hangup_after?: number | undefined;
  /** What the caller presses where keys are waited for, one after the other; an empty text is no key. */
  readonly digits: readonly string[];
  readonly says: readonly string[];
  readonly webhooks: readonly {
    readonly url: string;
    readonly status?: number | undefined;
    readonly headers?: Readonly<Record<string, string>> | undefined;
    readonly body?: string | undefined;
    readonly failure?: 'timeout' | 'unreachable' | undefined;
    readonly delay?: number | undefined;
  }[];
  /** Of those whom the flow calls, one after the other; nothing: that is assumed. */
  readonly answers: readonly ('human' | 'machine' | 'busy' | 'noanswer' | 'refused')[];
  readonly seed: number;
}

/** One thing that has happened, `at` so many milliseconds of the call; what else is in it depends on its kind. */
export type SimulatedStep = Record<string, unknown> & { readonly at: number; readonly kind: string };

/** What has come of it. */
export interface SimulatedCall {
  readonly ended: {
    readonly how: 'flow' | 'caller' | 'failed' | 'stuck' | 'limit';
    readonly reason: string;
    readonly at: number;
  };
  readonly isGood: boolean;
  readonly steps: readonly SimulatedStep[];
  readonly variables: Readonly<Record<string, string>>;
}
