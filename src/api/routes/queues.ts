import * as z from 'zod';
import { zeroId } from '../../core/clock.ts';
import { milliseconds } from '../../core/units.ts';
import { type QueueRecord, routingMethods } from '../../queues/queue-record.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import {
  answers,
  birth,
  customer,
  detail,
  id,
  identity,
  idParams,
  lifespan,
  name,
  reference,
} from '../shapes.ts';
import { whole } from '../whole.ts';

const day = 86_400_000;
const lasting = (what: string, example: number, least = 0, most = day) =>
  milliseconds(least, most).meta({ description: `${what}, in milliseconds`, examples: [example] });

const seed = {
  name,
  detail,
  routing_method: z.enum(routingMethods).meta({
    description:
      'which of the agents who are free is rung: any, or the one whose record has not changed for longest',
  }),
  tag_ids: z
    .array(reference)
    .max(100)
    .meta({ description: 'an agent with one of these is rung; none: any agent' }),
  wait_flow_id: reference.meta({ description: 'the flow run in a loop while a call waits; zeros: music' }),
  wait_timeout: lasting('how long a call waits; 0: no limit', 300_000),
  service_timeout: lasting('how long it talks with an agent; 0: no limit', 1_800_000),
};
const own = {
  ring_timeout: lasting('how long each address of an agent rings', 20_000, 1_000, 600_000),
  retry_delay: lasting('how long an agent who did not take a call is left alone', 5_000, 1_000, 3_600_000),
  wrap_up: lasting('how long an agent stays busy after a call', 10_000, 0, 3_600_000),
  leave_when_empty: z.boolean().meta({
    description: 'whether calls leave, and new ones do not wait, while none of its agents is on duty',
  }),
};
const fields = { ...seed, ...own };
const shown: z.ZodType<QueueRecord> = component(
  'Queue',
  z.object({ id, customer_id: customer, ...seed, ...lifespan, ...own }),
);
const change = z.strictObject(fields).partial();
const creation = z.strictObject({
  name,
  detail: detail.default(''),
  routing_method: fields.routing_method.default('random'),
  tag_ids: fields.tag_ids.default([]),
  wait_flow_id: fields.wait_flow_id.default(zeroId),
  wait_timeout: fields.wait_timeout.default(0),
  service_timeout: fields.service_timeout.default(0),
  ring_timeout: fields.ring_timeout.default(20_000),
  retry_delay: fields.retry_delay.default(5_000),
  wrap_up: fields.wrap_up.default(0),
  leave_when_empty: fields.leave_when_empty.default(false),
});

export function queueRoutes(api: Api, parts: Parts): void {
  const { queues, customerId } = parts;
  const { queues: stored } = parts.store;
  const tags = ['queues'];
  const store = {
    get: (id: string) => stored.get(id),
    list: (...page: Parameters<typeof stored.list>) => stored.list(...page),
    delete: (...deletion: Parameters<typeof queues.delete>) => queues.delete(...deletion),
  };
  collectionRoutes(api, { path: 'queues', what: 'queue', store, shown, show: (queue) => queue });

  api.post(
    '/queues',
    {
      schema: {
        tags,
        operationId: 'createQueue',
        summary: 'Create a queue',
        body: whole(creation, shown),
        response: answers(shown),
      },
    },
    async ({ body }) => {
      const { ring_timeout, retry_delay, wrap_up, leave_when_empty, ...seed } = inOrder(body);
      const queue: QueueRecord = {
        ...identity(customerId),
        ...seed,
        ...birth(),
        ring_timeout,
        retry_delay,
        wrap_up,
        leave_when_empty,
      };
      await queues.create(queue);
      return queue;
    },
  );

  api.put(
    '/queues/:id',
    {
      schema: {
        tags,
        operationId: 'updateQueue',
        summary: 'Change a queue',
        params: idParams,
        body: whole(change, shown),
        response: answers(shown),
      },
    },
    async ({ params, body }) => {
      return found(await queues.update(params.id, body), 'queue');
    },
  );
}

/** As users see it, whatever the order they wrote it in. */
function inOrder(body: z.output<typeof creation>): z.output<typeof creation> {
  const { name, detail, routing_method, tag_ids, wait_flow_id, wait_timeout, service_timeout, ...rest } =
    body;
  return { name, detail, routing_method, tag_ids, wait_flow_id, wait_timeout, service_timeout, ...rest };
}
