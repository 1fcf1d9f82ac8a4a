import * as z from 'zod';
import { addressSchema } from '../../calls/address.ts';
import { type CallRecord, callStatuses, hangupReasons } from '../../calls/call-record.ts';
import { ActionError, AriflowError } from '../../core/errors.ts';
import { isReserved } from '../../flows/variables.ts';
import { followRedirects, mostDestinations, ringTimeout } from '../../outgoing/outgoing-options.ts';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import { exampleActions, firstVariables, flowIdOrNone, flowToRun, givenActions } from '../given-actions.ts';
import type { Parts } from '../parts.ts';
import { address } from '../party.ts';
import { settled } from '../settled.ts';
import {
  answers,
  currentAction,
  id,
  idOf,
  idParams,
  listOf,
  listRequest,
  noBody,
  pageQuery,
  when,
  wireTimeInput,
} from '../shapes.ts';

export const callShape: z.ZodType<CallRecord> = component(
  'Call',
  z.object({
    id,
    flow_id: idOf('the stored flow that runs on it; zeros: none, or actions that were given'),
    type: z.literal('flow').meta({ description: 'what is done with it: always a flow' }),
    master_call_id: idOf('the call it was made for, with which it ends; zeros: none'),
    chained_call_ids: z.array(id).meta({ description: 'the calls that end with it' }),
    recording_id: idOf('its newest recording that runs; zeros: none'),
    recording_ids: z.array(id).meta({ description: 'all its recordings' }),
    source: address.meta({ description: 'who calls' }),
    destination: address.meta({ description: 'who is called' }),
    status: z.enum(callStatuses).meta({ description: '`progressing`: answered; `hangup`: it has ended' }),
    action: currentAction.meta({ description: 'the action its flow is at' }),
    direction: z.enum(['incoming', 'outgoing']).meta({ description: 'seen from here' }),
    hangup_by: z
      .enum(['', 'local', 'remote'])
      .meta({ description: 'who hung up: we, or its phone; empty while it lives', examples: ['remote'] }),
    hangup_reason: z.enum(hangupReasons).meta({ description: 'why it has ended; empty while it lives' }),
    tm_create: when('it began'),
    tm_update: when('it was last changed'),
    tm_progressing: when('it was answered'),
    tm_ringing: when('it rang'),
    tm_hangup: when('it ended'),
    activeflow_id: idOf('the flow in progress on the call, or its last one'),
    hold: z.boolean().meta({ description: 'its phone holds the call' }),
    sip_code: z.int().meta({
      description: 'SIP response the far end refused a call of ours with; 0: none came',
      examples: [486],
    }),
    sip_reason: z.string().meta({ description: 'the words of the standard for it', examples: ['Busy Here'] }),
    hangup_cause: z.int().meta({ description: 'Q.850 cause; 0 while the call lives', examples: [17] }),
    held: z.boolean().meta({ description: 'we hold it, by `hold`: its phone was told so', examples: [true] }),
    mute: z.enum(['', 'in', 'out', 'both']).meta({
      description:
        'which way it is muted, by `mute`; `in`: nobody hears the party, `out`: the party hears nothing',
      examples: ['in'],
    }),
    moh: z.string().meta({
      description: 'the class of the music on hold that it hears, by `moh`; empty without',
      examples: ['default'],
    }),
  }),
);

const listQuery = z.strictObject({
  ...pageQuery.shape,
  since: wireTimeInput.optional().meta({ description: 'only those that began then or later, in UTC' }),
  status: z.enum(callStatuses).optional().meta({ description: 'only those that are so' }),
  number: z
    .string()
    .max(255)
    .transform((text) => text.replace(/^ /, '+')) // what an unescaped + is in a query
    .optional()
    .meta({ description: 'only those to or from this target, exactly', examples: ['+498912345'] }),
});

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
  })
  .meta({ examples: [exampleCall] });

const created = component(
  'NewCalls',
  z.object({ calls: z.array(callShape).meta({ description: 'one for each destination, in their order' }) }),
);

export function callRoutes(api: Api, parts: Parts): void {
  const { calls } = parts.store;
  const tags = ['calls'];

  api.get(
    '/calls',
    {
      schema: {
        tags,
        operationId: 'listCalls',
        summary: 'List calls, newest first',
        querystring: listQuery,
        response: answers(listOf(callShape)),
      },
    },
    async ({ query }) => {
      await settled(parts);
      const { result, next } = await calls.list(...listRequest(query));
      return { result: [...result], next_page_token: next };
    },
  );

  api.post(
    '/calls',
    {
      schema: {
        tags,
        operationId: 'createCalls',
        summary: 'Call somebody, and run a flow',
        body: creation,
        response: answers(created),
      },
    },
    async ({ body }) => ({ calls: [...(await create(parts, body))] }),
  );

  api.get(
    '/calls/:id',
    {
      schema: {
        tags,
        operationId: 'getCall',
        summary: 'Get a call',
        params: idParams,
        response: answers(callShape),
      },
    },
    async ({ params }) => callNow(parts, params.id),
  );

  api.post(
    '/calls/:id/hangup',
    {
      schema: {
        tags,
        operationId: 'hangUpCall',
        summary: 'Hang up a call',
        params: idParams,
        body: noBody,
        response: answers(callShape),
      },
    },
    async ({ params }) => hangUp(parts, params.id),
  );

  api.delete(
    '/calls/:id',
    {
      schema: {
        tags,
        operationId: 'deleteCall',
        summary: 'Hang up a call',
        params: idParams,
        body: noBody,
        response: answers(callShape),
      },
    },
    async ({ params }) => hangUp(parts, params.id),
  );
}

/** All of them, or none. */
async function create(
  parts: Parts,
  { source, destinations, flow_id, actions, variables, timeout, follow_redirects }: z.output<typeof creation>,
): Promise<readonly CallRecord[]> {
  if (parts.recorder.isSaturated) throw new AriflowError('UNAVAILABLE', 'the store cannot write');
  const flow = await flowToRun(parts, flow_id, actions);
  try {
    const given = Object.fromEntries(Object.entries(variables).filter(([name]) => !isReserved(name)));
    return await parts.makeCalls({
      source,
      destinations,
      flow,
      variables: given,
      timeout,
      redirects: follow_redirects,
    });
  } catch (error) {
    throw error instanceof ActionError ? refused(error) : error;
  }
}

/** A failure of an action is a wrong request here. */
function refused({ code, message, reason }: ActionError): AriflowError {
  const details = [{ path: 'destinations', message: `${code}: ${message}` }];
  return new AriflowError(reason, message, { details });
}

/** What is not committed yet counts: a call can be seen and hung up while the store is full. */
export async function callNow({ recorder, store }: Parts, id: string): Promise<CallRecord> {
  return found(recorder.latest('calls', id)?.record ?? (await store.calls.get(id)), 'call');
}

/** Answers the call as it is once the hang-up was asked for. One that has ended already is answered as it is. */
async function hangUp(parts: Parts, id: string): Promise<CallRecord> {
  const call = await callNow(parts, id);
  return parts.liveCalls.hangup(id) ? callNow(parts, id) : call;
}
