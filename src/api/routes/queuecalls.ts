import * as z from 'zod';
import { type QueuecallRecord, queuecallReasons, queuecallStatuses } from '../../queues/queuecall-record.ts';
import type { Api } from '../api.ts';
import { found, listRoute } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { settled } from '../settled.ts';
import {
  answers,
  filterBy,
  id,
  idOf,
  idParams,
  lifespan,
  noBody,
  referenceFilter,
  statusFilter,
  when,
} from '../shapes.ts';

const shown: z.ZodType<QueuecallRecord> = component(
  'Queuecall',
  z.object({
    id,
    reference_type: z.literal('call').meta({ description: 'what waits: always a call' }),
    reference_id: idOf('the call'),
    status: z.enum(queuecallStatuses).meta({
      description:
        '`entering`: an agent is rung; `service`: they talk; `done`: they have; `abandoned`: it ended without',
    }),
    service_agent_id: idOf('the agent who is rung, or talks; zeros: nobody'),
    tm_create: lifespan.tm_create,
    tm_service: when('an agent took it'),
    tm_update: lifespan.tm_update,
    tm_delete: when('it left the queue'),
    queue_id: idOf('the queue'),
    priority: z.int().meta({ description: 'higher ones are served first', examples: [0] }),
    duration_waiting: z
      .int()
      .meta({ description: 'how long it waited, in milliseconds; 0 while not known', examples: [41_250] }),
    duration_service: z
      .int()
      .meta({ description: 'how long it talked, in milliseconds; 0 while not known', examples: [183_400] }),
    reason: z
      .enum(queuecallReasons)
      .meta({ description: 'why it is in the queue no longer; empty while it is' }),
    agent_call_id: idOf('the call on which an agent has taken it; zeros: nobody has'),
    callback_target: z
      .string()
      .meta({ description: 'where its caller is called back; empty: nowhere', examples: ['+498912345'] }),
    callback_tries: z.int().meta({ description: 'how often he was called', examples: [1] }),
  }),
);

const narrowedBy = {
  queue_id: filterBy('queue'),
  reference_id: referenceFilter,
  status: statusFilter(z.enum(queuecallStatuses)),
};
const answer = { params: idParams, response: answers(shown) };
const tags = ['queuecalls'];
const kicking = 'Take it out of its queue, to go on with its flow';

export function queuecallRoutes(api: Api, parts: Parts): void {
  listRoute(api, {
    path: 'queuecalls',
    what: 'calls in queues',
    shown,
    narrowedBy,
    list: async (...asked) => {
      await settled(parts);
      return parts.store.queuecalls.list(...asked);
    },
  });

  api.get(
    '/queuecalls/:id',
    { schema: { tags, operationId: 'getQueuecall', summary: 'Get a call in a queue', ...answer } },
    async ({ params }) => get(parts, params.id),
  );

  api.delete(
    '/queuecalls/:id',
    { schema: { tags, operationId: 'deleteQueuecall', summary: kicking, ...answer, body: noBody } },
    async ({ params }) => kick(parts, params.id),
  );

  api.post(
    '/queuecalls/:id/kick',
    { schema: { tags, operationId: 'kickQueuecall', summary: kicking, ...answer, body: noBody } },
    async ({ params }) => kick(parts, params.id),
  );

  api.post(
    '/queuecalls/reference_id/:id/kick',
    {
      schema: {
        tags,
        operationId: 'kickQueuecallOfCall',
        summary: `By its call: ${kicking.toLowerCase()}`,
        ...answer,
        body: noBody,
      },
    },
    async ({ params }) => kick(parts, found(parts.queues.ofCall(params.id), 'call in a queue').id),
  );
}

async function get(parts: Parts, id: string): Promise<QueuecallRecord> {
  const live = parts.queues.get(id);
  if (live) return live;
  await settled(parts);
  return found(await parts.store.queuecalls.get(id), 'queuecall');
}

/** One that has left is answered as it is. */
async function kick(parts: Parts, id: string): Promise<QueuecallRecord> {
  parts.queues.kick(id);
  return get(parts, id);
}
