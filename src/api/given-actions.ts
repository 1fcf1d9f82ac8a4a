import * as z from 'zod';
import { zeroId } from '../core/clock.ts';
import { AriflowError } from '../core/errors.ts';
import type { CheckedFlow } from '../flows/flow.ts';
import { pathText } from '../flows/option.ts';
import { variableName } from '../flows/option-schemas.ts';
import { hiddenIn } from '../flows/secrets.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { Parts } from './parts.ts';
import { invalid } from './problems.ts';
import { exampleId, givenAction, reference } from './shapes.ts';
import { unknownChatbots } from './unknown-chatbots.ts';

export const mostActions = 1_000;
const maxBytes = 256 * 1_024;

/** A list of actions as a user sends it. */
export const givenActions = z
  .array(givenAction)
  .max(mostActions, `must be at most ${mostActions} actions`)
  .meta({ description: 'what is done, one after the other; at most 1 000 actions and 256 KiB of JSON' });

/** For examples that run as they stand. */
export const exampleActions = [{ type: 'talk', option: { text: 'Hello ${customer}.' } }];

/** The flow that runs, where it is a stored one. */
export const flowIdOrNone = z
  .union([z.literal(''), reference])
  .default('')
  .meta({ description: 'the stored flow that runs; none: `actions`', examples: [exampleId] });

/** What a flow that is started from outside begins with. */
export const firstVariables = z
  .record(variableName, z.string().max(65_536))
  .default({})
  .meta({
    description: 'set before the first action, at most 65 536 characters each; reserved names are ignored',
    examples: [{ customer: 'Ada Lovelace' }],
  });

/** What the engine says of it, and the store. @throws AriflowError `TOO_LARGE` */
export async function judge(parts: Parts, actions: readonly unknown[]): Promise<CheckedFlow> {
  const json = JSON.stringify(actions);
  if (Buffer.byteLength(json) <= maxBytes) {
    const checked = await parts.validateFlow(json);
    return { ...checked, problems: [...checked.problems, ...(await unknownChatbots(parts, actions))] };
  }
  const message = `must be at most ${maxBytes} bytes of JSON`;
  throw new AriflowError('TOO_LARGE', 'the flow is too large', { details: [{ path: 'actions', message }] });
}

/** As they are stored and run. @throws AriflowError naming everything that is wrong with them */
export async function goodActions(parts: Parts, given: readonly unknown[]): Promise<readonly ActionJson[]> {
  const { actions, problems } = await judge(parts, given);
  const message = 'hides a secret, and none is stored for this action: expected the secret itself';
  const details = [
    ...problems,
    ...hiddenIn(actions).map((path) => ({ path: `actions${pathText(path)}`, message })),
  ];
  if (details.length === 0) return actions;
  throw new AriflowError('INVALID_ARGUMENT', 'the flow has problems', { details });
}

/** The flow of an id, or of actions where there is none. @throws AriflowError naming what is wrong */
export async function flowToRun(
  parts: Parts,
  flowId: string,
  actions: readonly unknown[] | undefined,
): Promise<FlowToRun> {
  if (flowId !== '' && flowId !== zeroId) {
    const flow = await parts.store.flows.get(flowId);
    if (!flow) throw invalid('flow_id', 'no such flow');
    return flow;
  }
  if (!actions) throw invalid('flow_id', 'expected flow_id or actions');
  return { id: zeroId, actions: await goodActions(parts, actions) };
}
