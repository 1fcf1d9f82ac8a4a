import * as z from 'zod';
import { addressSchema } from '../../calls/address.ts';
import { ActionError, AriflowError } from '../../core/errors.ts';
import { isReserved } from '../../flows/variables.ts';
import type { OrderedCalls } from '../../outgoing/ordered-calls.ts';
import {
  callerName,
  delayMinutes,
  followRedirects,
  headersOf,
  mostDestinations,
  ringTimeout,
  sipHeaders,
} from '../../outgoing/outgoing-options.ts';
import type { FlowToRun } from '../../ports/flow-to-run.ts';
import { timeLimitOf, timeLimitOptions } from '../../ports/time-limit-option.ts';
import type { Api } from '../api.ts';
import { component } from '../components.ts';
import { exampleActions, firstVariables, flowIdOrNone, flowToRun, givenActions } from '../given-actions.ts';
import { laterCallShape } from '../later-call-shape.ts';
import type { Parts } from '../parts.ts';
import { stored } from '../settled.ts';
import { answers } from '../shapes.ts';
import { callShape } from './calls.ts';

const exampleCall = {
  source: { type: 'tel', target: '+498912345', target_name: 'City clinic' },
  destinations: [{ type: 'tel', target: '+4917012345' }],
  actions: exampleActions,
  variables: { customer: 'Ada Lovelace' },
  timeout: 30_000,
};

const creation = z
  .strictObject({
    source: addressSchema.meta({ description: 'who calls, as the callee sees it' }),
    destinations: z
      .array(addressSchema)
      .min(1)
      .max(mostDestinations)
      .meta({ description: 'who is called, 1 to 20: a call for each' }),
    flow_id: flowIdOrNone,
    actions: givenActions.optional().meta({ description: 'count where there is no flow_id' }),
    variables: firstVariables,
    timeout: ringTimeout.meta({ description: 'how long each may ring, in milliseconds' }),
    follow_redirects: followRedirects,
    ...timeLimitOptions,
    delay_minutes: delayMinutes,
    headers: sipHeaders.meta({ description: 'of the INVITE, at most 20' }),
    caller_id_name: callerName(128),
    early_execution: z
      .boolean()
      .default(false)
      .meta({ description: 'their flow begins when they ring, not when they are answered' }),
  })
  .meta({ examples: [exampleCall] });

const created = component(
  'NewCalls',
  z.object({
    calls: z.array(callShape).meta({ description: 'one for each destination, in their order' }),
    later_calls: z
      .array(laterCallShape)
      .meta({ description: 'the same of those that are made later, by `delay_minutes`' }),
  }),
);

/** Calls ordered over REST take what those of the action `call` take, but for `chained`: there is no call that they belong to. */
export function newCallRoutes(api: Api, parts: Parts): void {
  api.post(
    '/calls',
    {
      schema: {
        tags: ['calls'],
        operationId: 'createCalls',
        summary: 'Call somebody, and run a flow',
        body: creation,
        response: answers(created),
      },
    },
    async ({ body }) => create(parts, body),
  );
}

/** All of them, or none. */
async function create(parts: Parts, body: z.output<typeof creation>): Promise<z.output<typeof created>> {
  if (parts.recorder.isSaturated) throw new AriflowError('UNAVAILABLE', 'the store cannot write');
  const flow = await flowToRun(parts, body.flow_id, body.actions);
  try {
    const { calls, later } = await stored(parts, parts.makeCalls(orderOf(body, flow)));
    const laterCalls = await Promise.all(later.map((id) => parts.store.laterCalls.get(id)));
    return { calls: [...calls], later_calls: laterCalls.filter((call) => call !== undefined) };
  } catch (error) {
    throw error instanceof ActionError ? refused(error) : error;
  }
}

function orderOf(body: z.output<typeof creation>, flow: FlowToRun): OrderedCalls {
  const { source, destinations, variables, timeout, caller_id_name } = body;
  return {
    ...{ source, destinations, flow, timeout },
    variables: Object.fromEntries(Object.entries(variables).filter(([name]) => !isReserved(name))),
    redirects: body.follow_redirects,
    limit: timeLimitOf(body),
    callerName: caller_id_name || undefined,
    headers: headersOf(body.headers),
    isEarly: body.early_execution,
    delayMinutes: body.delay_minutes,
  };
}

/** A failure of an action is a wrong request here. */
function refused({ code, message, reason }: ActionError): AriflowError {
  const details = [{ path: 'destinations', message: `${code}: ${message}` }];
  return new AriflowError(reason, message, { details });
}
