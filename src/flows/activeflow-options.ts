import type { Call } from '../calls/call.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { Ports } from '../ports/ports.ts';
import type { ActiveflowEnd } from './activeflow-end.ts';
import type { ActiveflowRecord } from './activeflow-record.ts';
import type { ActiveflowState, LeftActiveflow, WrittenActiveflowState } from './activeflow-state.ts';
import type { FlowEvent } from './flow-event.ts';
import type { ActionCatalogue } from './load-actions.ts';
import type { Position } from './position.ts';
import type { ReplyReader } from './reading/reply-reader.ts';
import type { Variables } from './variables.ts';

export type ActiveflowEventType = 'activeflow_created' | 'activeflow_updated' | 'activeflow_deleted';

/** What is written with a change of an activeflow, in one transaction. */
export interface ActiveflowWriting {
  /** All it takes to go on with it, or what it has kept; may be asked for later, when the change is written. */
  readonly state: () => WrittenActiveflowState;
  /** With its first change: the id of the completion that it is. */
  readonly completes?: string | undefined;
  /** With its last one. */
  readonly end?: ActiveflowEnd;
}

export interface ActiveflowOptions {
  /** Any unless given. */
  readonly id?: string | undefined;
  readonly flow: FlowToRun;
  readonly customerId: string;
  /** None where the flow was started by API, or after another one: actions on a call are then skipped. */
  readonly call?: Call | undefined;
  /** What the activeflow lives in: its call's scope, or the daemon's. */
  readonly scope: Scope;
  /** Variables set before the first action. */
  readonly initial?: Readonly<Record<string, string>> | undefined;
  /** How many activeflows this one comes after, each having completed; none unless given. */
  readonly generation?: number | undefined;
  /** How many calls of flows its call comes after, each made by the one before; none unless given. */
  readonly depth?: number | undefined;
  /** One that has ended, and that it goes on with where that was, with its variables. */
  readonly after?: { readonly position: Position; readonly variables: Variables } | undefined;
  /** One that a daemon which died has left behind: it goes on where it was. */
  readonly left?: LeftActiveflow | undefined;
  /** What of its call its actions wait for, where they do. */
  readonly awaits?: ActiveflowState['awaits'] | undefined;
  /** The completion that it is. */
  readonly completes?: string | undefined;
  readonly catalogue: ActionCatalogue;
  readonly ports: Ports;
  readonly replies: ReplyReader;
  /** A flow that goes on and on lets everybody else be served, and what it has changed be written. */
  readonly pace: (signal: AbortSignal) => Promise<void>;
  readonly log: Log;
  /** Nobody is told of what has no type: it is only written down. */
  readonly onChange: (
    type: ActiveflowEventType | undefined,
    record: ActiveflowRecord,
    writing: ActiveflowWriting,
  ) => void;
  readonly onEvent: (event: FlowEvent) => void;
}
