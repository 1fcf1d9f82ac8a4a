import { AriError } from '../ari/transport.ts';
import { type ActionCode, meaningOf } from '../core/action-codes.ts';
import { ActionError } from '../core/errors.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { ActionContext, Outcome } from './action.ts';
import { isNowhere } from './go-to.ts';
import { withoutValue } from './option.ts';
import type { Substituted } from './substitute.ts';
import type { Facts } from './variables.ts';

/** What is told of an action that failed. */
export interface Failure {
  readonly code: ActionCode;
  readonly message: string;
  /** For the log only. */
  readonly cause: unknown;
}

/** What a user's server replied can make a message long. */
const longestMessage = 2_000;

/** Where an option has a URL: with another value another server is asked, or for something else. */
const urls = /^(event_url|stream_urls\[\d+\])$/;

/**
 * Of an error that is none of ours nobody outside is told more than that. A fault of the option names the variables in it that
 * had no value.
 */
export function failureOf(error: unknown, empty?: Substituted['empty']): Failure {
  if (error instanceof AriError)
    return {
      code: 'ASTERISK_FAILED',
      message: 'Asterisk does not do what the action asks for',
      cause: error,
    };
  if (!(error instanceof ActionError))
    return { code: 'INTERNAL', message: 'the action failed unexpectedly', cause: error };
  const message = `${error.message}${withoutValue(new Set(namesAbout(error.code, empty)))}`;
  return { code: error.code, message: message.slice(0, longestMessage), cause: error.cause };
}

function namesAbout(code: ActionCode, empty: Substituted['empty'] = new Map()): readonly string[] {
  const { faultOf } = meaningOf(code);
  if (faultOf === 'option') return [...empty.values()].flat();
  return faultOf === 'url' ? [...empty].flatMap(([path, names]) => (urls.test(path) ? names : [])) : [];
}

/** The variables that tell of it. */
export function errorFacts(
  { type, id }: Pick<ActionJson, 'type' | 'id'>,
  { code, message }: Pick<Failure, 'code' | 'message'>,
): Facts {
  return {
    'voipbin.action.error.type': type,
    'voipbin.action.error.id': id,
    'voipbin.action.error.code': code,
    'voipbin.action.error.message': message,
  };
}

/** Beside which action something failed, and who hears of it. */
export interface FailureTeller extends Pick<ActionContext, 'publish'> {
  readonly action: Pick<ActionJson, 'id' | 'type'>;
}

/** Tells of what failed beside an action that goes on; `place` says where, in front of the message. */
export function tellFailure(
  { action, publish }: FailureTeller,
  error: unknown,
  place = '',
  empty?: Substituted['empty'],
): void {
  const { id, type } = action;
  const { code, message } = failureOf(error, empty);
  publish({ type: 'action_failed', data: { action: { id, type }, code, message: `${place}${message}` } });
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
