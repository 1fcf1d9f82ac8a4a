import * as z from 'zod';
import { addressTypes } from '../../calls/address.ts';
import type { CallRecord } from '../../calls/call-record.ts';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
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

const shown: z.ZodType<CallRecord> = component(
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
        response: answers(listOf(shown)),
      },
    },
    async ({ query }) => {
      await settled(services);
      const { result, next } = await calls.list(pageRequest(query), query);
      return { result: [...result], next_page_token: next };
    },
  );

  api.get(
    '/calls/:id',
    { schema: { tags, summary: 'Get a call', params: idParams, response: answers(shown) } },
    async ({ params }) => get(services, params.id),
  );

  api.post(
    '/calls/:id/hangup',
    { schema: { tags, summary: 'Hang up a call', params: idParams, body: noBody, response: answers(shown) } },
    async ({ params }) => hangUp(services, params.id),
  );

  api.delete(
    '/calls/:id',
    { schema: { tags, summary: 'Hang up a call', params: idParams, body: noBody, response: answers(shown) } },
    async ({ params }) => hangUp(services, params.id),
  );
}

/** What is not committed yet counts: a call can be seen and hung up while the store is full. */
async function get({ recorder, store }: Services, id: string): Promise<CallRecord> {
  return found(recorder.waitingCall(id) ?? (await store.calls.get(id)), 'call');
}

/** Answers the call as it is once the hang-up was asked for. One that has ended already is answered as it is. */
async function hangUp(services: Services, id: string): Promise<CallRecord> {
  const call = await get(services, id);
  return services.liveCalls.hangup(id) ? get(services, id) : call;
}
