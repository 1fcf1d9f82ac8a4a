import type { ActionCode } from '../../core/action-codes.ts';
import { ActionError } from '../../core/errors.ts';
import type { ActionJson } from '../../ports/action-json.ts';
import { fetchedActions } from '../fetched-actions.ts';
import { type CheckedFlow, checkActions, type FlowRules } from '../flow.ts';
import { type Reply, textOf } from './reply.ts';
import { UnreadableText } from './reply-text.ts';

/** Actions that a server has replied with, or that somebody sends to be stored or run. */
export type CheckingJob =
  | { readonly reply: Reply; readonly outerIds: readonly string[] }
  | { readonly flow: string };

export type Checked =
  | { readonly actions: readonly ActionJson[] }
  | { readonly code: ActionCode; readonly message: string }
  | { readonly flow: CheckedFlow };

/** What every list of actions is checked against. */
export type Rules = Pick<FlowRules, 'catalogue' | 'checkUrl' | 'checkSsml'>;

export function checkingOf(job: CheckingJob, rules: Rules): Checked {
  if ('flow' in job) return { flow: checkActions(JSON.parse(job.flow), rules) };
  const { catalogue, checkUrl } = rules;
  try {
    const outerIds = new Set(job.outerIds);
    return { actions: fetchedActions(textOf(job.reply), { catalogue, checkUrl, outerIds }) };
  } catch (error) {
    if (error instanceof ActionError) return { code: error.code, message: error.message };
    if (error instanceof UnreadableText) return { code: 'INVALID_RESPONSE', message: error.message };
    throw error;
  }
}

/** So many bytes of actions are checked in a millisecond or two. */
export const cheapActions = 4_096;
