import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { HttpPort } from '../ports/http.ts';
import type { Caller, Parties, Script } from './caller.ts';
import type { Installation } from './installation.ts';
import type { ActionStep, Step } from './steps.ts';
import type { Webhooks } from './web.ts';

/** How far a simulation goes; beyond any of these it is cut short. */
export interface Limits {
  /** 10 000 unless given. */
  readonly steps?: number | undefined;
  /** Milliseconds of virtual time that the call may last; 24 hours unless given. */
  readonly call?: number | undefined;
  /** Of all steps as JSON; no limit unless given. */
  readonly bytes?: number | undefined;
  /** Milliseconds of real time; 60 seconds unless given. */
  readonly real?: number | undefined;
}

export interface SimulationOptions {
  readonly catalogue: ActionCatalogue;
  /** What runs for the caller, as `checkFlow` has checked it; without it, what is installed on the number. */
  readonly flow?: FlowToRun | undefined;
  /** Whom he calls; `100` unless given. */
  readonly number?: string | undefined;
  /** Who he is; `+4930123456` unless given. */
  readonly from?: string | undefined;
  /** When he calls; 2026-03-02T12:00:00Z, a Monday, unless given. */
  readonly at?: Date | undefined;
  /** What else there is; nothing unless given. */
  readonly installation?: Installation | undefined;
  /** Who never does anything unless given. */
  readonly caller?: Caller | Script | undefined;
  /** He hangs up so many milliseconds after the call began, whatever he is asked. */
  readonly hangupAfter?: number | undefined;
  /** Those whom the flow calls: they answer, and that is said to be assumed, unless given. */
  readonly parties?: Parties | undefined;
  /** Who it is where the flow asks that of the call itself (`amd`), as of one that it was made for; as `parties` say unless given. */
  readonly answeredBy?: 'human' | 'machine' | undefined;
  /** Set before the first action. */
  readonly variables?: Readonly<Record<string, string>> | undefined;
  /** Sounds by name of which it is known whether they are there; that they are is said to be assumed of others. */
  readonly sounds?: ReadonlySet<string> | undefined;
  /** What other people's servers answer; nobody can be reached there, and that is said to be assumed, unless given. */
  readonly webhooks?: Webhooks | undefined;
  /** Real requests to those of which nothing is said. */
  readonly online?: HttpPort | undefined;
  /** The same seed gives the same ids and choices; 1 unless given. */
  readonly seed?: number | undefined;
  readonly limits?: Limits | undefined;
  /** When he hangs up, wherever he is: asked at the beginning of each action, milliseconds from there. */
  readonly hangsUp?: ((step: ActionStep) => number | undefined) | undefined;
  /** Told of each step as it is taken. */
  readonly onStep?: ((step: Step) => void) | undefined;
}

/**
 * How it has ended: the flow was done, or hung up (`flow`); the caller did; the call failed (a loop, nobody at the number); nothing was
 * left that could happen (`stuck`); a limit was reached (`limit`).
 */
export type EndedHow = 'flow' | 'caller' | 'failed' | 'stuck' | 'limit';

export interface Simulated {
  readonly ended: {
    readonly how: EndedHow;
    /** Of the call's end, or which limit it was. */
    readonly reason: string;
    /** Milliseconds of virtual time since the call began. */
    readonly at: number;
  };
  /** Whether it has ended as a flow should: by the flow or by the caller. */
  readonly isGood: boolean;
  readonly steps: readonly Step[];
  /** Those of the caller's flow at its end. */
  readonly variables: Readonly<Record<string, string>>;
}
