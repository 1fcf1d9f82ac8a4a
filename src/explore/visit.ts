import type { ActionJson } from '../ports/action-json.ts';
import type { Answers } from '../simulator/caller.ts';
import type { Answer } from './reactions.ts';
import type { Replied } from './replies.ts';

/** A step of a run: an action from its beginning to its end. */
export interface Visit {
  readonly action: ActionJson;
  /** Parsed, with values. */
  readonly option: unknown;
  /** Milliseconds since the call began. */
  readonly from: number;
  /** What the caller has done at its inputs. */
  readonly answers: Answer[];
  /** What the server says to all of its requests. */
  replied?: Replied;
  /** What those do whom it calls. */
  called?: Answers;
}
