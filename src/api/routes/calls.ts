import * as z from 'zod';
import { addressSchema, addressTypes } from '../../calls/address.ts';
import type { CallRecord } from '../../calls/call-record.ts';
import { ActionError, AriflowError, type ErrorReason } from '../../core/errors.ts';
import { variableName } from '../../flows/option-schemas.ts';
import { followRedirects, mostDestinations, ringTimeout } from '../../flows/outgoing-options.ts';
import { isReserved } from '../../flows/variables.ts';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import { flowToRun, givenActions } from '../given-actions.ts';
import { settled } from '../live.ts';
import type { Services } from '../services.ts';
import {
  action,
  answers,
  id,
  idParams,
  listOf,
  noBody,
  pageQuery,
  pageRequest,
  reference,
  time,
  wireTimeInput,
} from '../shapes.ts';

const statuses = ['dialing', 'ringing', 'progressing', 'terminating', 'canceling', 'hangup'] as const;
const reasons = ['', 'normal', 'failed', 'busy', 'cancel', 'timeout', 'noanswer', 'dialout', 'amd'] as const;

const address = component(
  'Address',
  z.object({
    type: z.string().meta({ examples: [...addressTypes] }),
    target: z.string(),
    target_name: z.string(),
    name: z.string(),
    detail: z.string(),
  }),
);

export const callShape: z.ZodType<CallRecord> = component(
  'Call',
  z.object({
    id,
    flow_id: id,
    type: z.literal('flow'),
    master_call_id: id,
    chained_call_ids: z.array(id),
    recording_id: id,
    recording_ids: z.array(id),
    source: address,
    destination: address,
    status: z.enum(statuses),
    action,
    direction: z.enum(['incoming', 'outgoing']),
    hangup_by: z.enum(['', 'local', 'remote']),
    hangup_reason: z.enum(reasons),
    tm_create: time,
    tm_update: time,
    tm_progressing: time,
    tm_ringing: time,
    tm_hangup: time,
    activeflow_id: id.meta({ description: 'the flow in progress on the call, or its last one' }),
    hold: z.boolean().meta({ description: 'its phone holds the call' }),
    sip_code: z
      .int()
      .meta({ description: 'SIP response the far end refused a call of ours with; 0: none came' }),
    sip_reason: z.string().meta({ description: 'the words of the standard for it' }),
    hangup_cause: z.int().meta({ description: 'Q.850; 0 while the call lives' }),
  }),
);

const listQuery = z.strictObject({
  ...pageQuery.shape,
  since: wireTimeInput.optional(),
  status: z.enum(statuses).optional(),
  number: z
    .string()
    .max(255)
    .transform((text) => text.replace(/^ /, '+')) // what an unescaped + is in a query
    .optional(),
});

const creation = z.strictObject({
  source: addressSchema,
  destinations: z.array(addressSchema).min(1).max(mostDestinations),
  flow_id: z.union([z.literal(''), reference]).default(''),
  actions: givenActions.optional().meta({ description: 'count where there is no flow_id' }),
  variables: z
    .record(variableName, z.string().max(65_536))
    .default({})
    .meta({ description: 'set before the first action; reserved names are ignored' }),
  timeout: ringTimeout.meta({ description: 'how long each may ring, in milliseconds' }),
  follow_redirects: followRedirects,
});

const created = component('NewCalls', z.object({ calls: z.array(callShape) }));

export function callRoutes(api: Api, services: Services): void {
  const { calls } = services.store;
  const tags = ['calls'];

  api.get(
    '/calls',
    {
      schema: {
        tags,
        summary: 'List calls, newest first',
        querystring: listQuery,
        response: answers(listOf(callShape)),
      },
    },
    async ({ query }) => {
      await settled(services);
      const { result, next } = await calls.list(pageRequest(query), query);
      return { result: [...result], next_page_token: next };
    },
  );

  api.post(
    '/calls',
    {
      schema: { tags, summary: 'Call somebody, and run a flow', body: creation, response: answers(created) },
    },
    async ({ body }) => ({ calls: [...(await create(services, body))] }),
  );

  api.get(
    '/calls/:id',
    { schema: { tags, summary: 'Get a call', params: idParams, response: answers(callShape) } },
    async ({ params }) => callNow(services, params.id),
  );

  api.post(
    '/calls/:id/hangup',
    {
      schema: {
        tags,
        summary: 'Hang up a call',
        params: idParams,
        body: noBody,
        response: answers(callShape),
      },
    },
    async ({ params }) => hangUp(services, params.id),
  );

  api.delete(
    '/calls/:id',
    {
      schema: {
        tags,
        summary: 'Hang up a call',
        params: idParams,
        body: noBody,
        response: answers(callShape),
      },
    },
    async ({ params }) => hangUp(services, params.id),
  );
}

/** All of them, or none. */
async function create(
  services: Services,
  { source, destinations, flow_id, actions, variables, timeout, follow_redirects }: z.output<typeof creation>,
): Promise<readonly CallRecord[]> {
  if (services.recorder.isSaturated) throw new AriflowError('UNAVAILABLE', 'the store cannot write');
  const flow = await flowToRun(services, flow_id, actions);
  try {
    const given = Object.fromEntries(Object.entries(variables).filter(([name]) => !isReserved(name)));
    return await services.makeCalls({
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

/** What actions call a failure is one of the request here. */
function refused({ code, message }: ActionError): AriflowError {
  const details = [{ path: 'destinations', message: `${code}: ${message}` }];
  return new AriflowError(reasonOf(code), message, { details });
}

function reasonOf(code: string): ErrorReason {
  if (code === 'DESTINATION_NOT_ALLOWED') return 'PERMISSION_DENIED';
  if (code === 'TOO_MANY_CALLS' || code === 'CALLS_TOO_FAST') return 'RATE_LIMITED';
  return code === 'SHUTTING_DOWN' || code === 'ASTERISK_AWAY' ? 'UNAVAILABLE' : 'INVALID_ARGUMENT';
}

/** What is not committed yet counts: a call can be seen and hung up while the store is full. */
export async function callNow({ recorder, store }: Services, id: string): Promise<CallRecord> {
  return found(recorder.waitingCall(id) ?? (await store.calls.get(id)), 'call');
}

/** Answers the call as it is once the hang-up was asked for. One that has ended already is answered as it is. */
async function hangUp(services: Services, id: string): Promise<CallRecord> {
  const call = await callNow(services, id);
  return services.liveCalls.hangup(id) ? callNow(services, id) : call;
}
