import { ActionError } from '../core/errors.ts';
import type { Outcome } from './action.ts';
import { isNowhere } from './go-to.ts';

/** What is told of an action that failed. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  /** For the log only. */
  readonly cause: unknown;
}

/** What a user's server replied can make a message long. */
const longestMessage = 2_000;

/** Of an error that is none of ours nobody outside is told more than that. */
export function failureOf(error: unknown): Failure {
  if (!(error instanceof ActionError))
    return { code: 'INTERNAL', message: 'the action failed unexpectedly', cause: error };
  return { code: error.code, message: error.message.slice(0, longestMessage), cause: error.cause };
}

/** Where an action itself goes when it fails. */
export function ownWay(error: unknown): string | undefined {
  const way = error instanceof ActionError ? error.goTo : undefined;
  return isNowhere(way) ? undefined : way;
}

/** Why the cursor cannot go where an action wants it to. */
export function refusal({ go }: Outcome, isToItself: boolean): ActionError {
  if (go === 'into') return new ActionError('INVALID_TARGET', 'too many lists of actions in one another');
  const message = isToItself ? 'an action cannot jump to itself' : 'there is no such action to go to';
  return new ActionError('INVALID_TARGET', message);
}
