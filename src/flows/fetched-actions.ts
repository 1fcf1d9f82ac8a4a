import { ActionError, type Problem } from '../core/errors.ts';
import { depthOf } from '../core/json-depth.ts';
import type { ActionJson } from '../ports/action-json.ts';
import { checkActions, type FlowRules } from './flow.ts';

/** A longer reply is refused; so much a stored flow may have. */
export const longestReply = 262_144;

/** Deeper than any flow; what recurses over actions needs no bound of its own then. */
const deepest = 64;

/** So many problems tell what kind of reply it is. */
const mostTold = 20;

/**
 * The actions somebody else's server replied with: an array, or an object with `actions`, checked like a flow to be stored.
 * @throws ActionError `INVALID_RESPONSE` for what is no list, `INVALID_FLOW` naming the problems of one
 */
export function fetchedActions(reply: string, rules: Omit<FlowRules, 'base'>): readonly ActionJson[] {
  const value = parsed(reply);
  const isWrapped = typeof value === 'object' && value !== null && 'actions' in value;
  const { actions, problems } = checkActions(isWrapped ? value.actions : value, rules);
  if (problems.length > 0) throw new ActionError('INVALID_FLOW', told(problems));
  return actions;
}

function parsed(reply: string): unknown {
  if (Buffer.byteLength(reply) > longestReply)
    throw new ActionError('INVALID_RESPONSE', `the reply is larger than ${longestReply} bytes`);
  if (depthOf(reply) > deepest) throw new ActionError('INVALID_RESPONSE', 'the reply is nested too deeply');
  try {
    return JSON.parse(reply) as unknown;
  } catch {
    throw new ActionError('INVALID_RESPONSE', 'the reply is not JSON');
  }
}

function told(problems: readonly Problem[]): string {
  const lines = problems.slice(0, mostTold).map(({ path, message }) => `${path}: ${message}`);
  const rest = problems.length - lines.length;
  return [...lines, ...(rest > 0 ? [`and ${rest} more`] : [])].join('; ');
}
