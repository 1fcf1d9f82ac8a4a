import * as z from 'zod';
import { type QueuecallRecord, queuecallReasons, queuecallStatuses } from '../../queues/queuecall-record.ts';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import { settled } from '../live.ts';
import type { Services } from '../services.ts';
import { answers, id, idParams, listOf, noBody, pageQuery, pageRequest, time } from '../shapes.ts';

const shown: z.ZodType<QueuecallRecord> = component(
  'Queuecall',
  z.object({
    id,
    reference_type: z.literal('call'),
    reference_id: id,
    status: z.enum(queuecallStatuses),
    service_agent_id: id,
    tm_create: time,
    tm_service: time,
    tm_update: time,
    tm_delete: time,
    queue_id: id,
    priority: z.int(),
    duration_waiting: z.int(),
    duration_service: z.int(),
    reason: z.enum(queuecallReasons),
  }),
);

const listQuery = z.strictObject({
  ...pageQuery.shape,
  queue_id: z.string().max(100).optional(),
  reference_id: z.string().max(100).optional(),
  status: z.enum(queuecallStatuses).optional(),
});
const answer = { params: idParams, response: answers(shown) };
const tags = ['queuecalls'];
const kicking = 'Take it out of its queue, to go on with its flow';

export function queuecallRoutes(api: Api, services: Services): void {
  api.get(
    '/queuecalls',
    {
      schema: {
        tags,
        summary: 'List calls in queues, newest first',
        querystring: listQuery,
        response: answers(listOf(shown)),
      },
    },
    async ({ query }) => {
      await settled(services);
      const { result, next } = await services.store.queuecalls.list(pageRequest(query), query);
      return { result: [...result], next_page_token: next };
    },
  );

  api.get(
    '/queuecalls/:id',
    { schema: { tags, summary: 'Get a call in a queue', ...answer } },
    async ({ params }) => get(services, params.id),
  );

  api.delete(
    '/queuecalls/:id',
    { schema: { tags, summary: kicking, ...answer, body: noBody } },
    async ({ params }) => kick(services, params.id),
  );

  api.post(
    '/queuecalls/:id/kick',
    { schema: { tags, summary: kicking, ...answer, body: noBody } },
    async ({ params }) => kick(services, params.id),
  );

  api.post(
    '/queuecalls/reference_id/:id/kick',
    { schema: { tags, summary: `By its call: ${kicking.toLowerCase()}`, ...answer, body: noBody } },
    async ({ params }) => kick(services, found(services.queues.ofCall(params.id), 'call in a queue').id),
  );
}

async function get(services: Services, id: string): Promise<QueuecallRecord> {
  const live = services.queues.get(id);
  if (live) return live;
  await settled(services);
  return found(await services.store.queuecalls.get(id), 'queuecall');
}

/** One that has left is answered as it is. */
async function kick(services: Services, id: string): Promise<QueuecallRecord> {
  services.queues.kick(id);
  return get(services, id);
}
