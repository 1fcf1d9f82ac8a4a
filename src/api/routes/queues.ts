import * as z from 'zod';
import { zeroId } from '../../core/clock.ts';
import { count, milliseconds } from '../../core/units.ts';
import { announcements, noAnnouncements } from '../../ports/announcements.ts';
import { callback, noCallbackKey } from '../../ports/callback-option.ts';
import { musicName } from '../../ports/music.ts';
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
  announcements: announcements.meta({ description: 'what those who wait are told, between pieces of music' }),
  auto_away: count('calls', 0, 100).meta({
    description: 'after how many calls in a row that he has not answered an agent is `away`; 0: never',
    examples: [3],
  }),
  wrap_up_key: z
    .string()
    .regex(/^[0-9*#]?$/, 'expected one of 0-9 * #, or nothing')
    .meta({
      description:
        'the key an agent presses while he talks who needs no `wrap_up` behind the call; empty: none',
      examples: ['*'],
    }),
  callback: callback.meta({ description: 'how those who wait may ask to be called back' }),
  callback_flow_id: reference.meta({
    description:
      'the flow run when who is called back has answered, until it is at the queue; zeros: he is there at once',
  }),
  music: musicName.meta({
    description:
      "what a call hears that waits without a flow, or while its agent's phone holds: a sound of yours; empty: the usual",
  }),
};
const fields = { ...seed, ...own };
const shown: z.ZodType<QueueRecord> = component(
  'Queue',
  z.object({ id, customer_id: customer, ...seed, ...lifespan, ...own }),
);
const change = z.strictObject(fields).partial();
export const queueCreation = z.strictObject({
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
  announcements: fields.announcements.default(noAnnouncements),
  auto_away: fields.auto_away.default(0),
  wrap_up_key: fields.wrap_up_key.default(''),
  callback: fields.callback.default(noCallbackKey),
  callback_flow_id: fields.callback_flow_id.default(zeroId),
  music: fields.music.default(''),
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
  collectionRoutes(api, {
    path: 'queues',
    what: 'queue',
    store,
    shown,
    show: (queue) => queue,
    searched: 'name and detail',
  });

  api.post(
    '/queues',
    {
      schema: {
        tags,
        operationId: 'createQueue',
        summary: 'Create a queue',
        body: whole(queueCreation, shown),
        response: answers(shown),
      },
    },
    async ({ body }) => {
      await parts.music.check(body.music);
      const { seed, own } = partsOf(body);
      const queue: QueueRecord = { ...identity(customerId), ...seed, ...birth(), ...own };
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
      await parts.music.check(body.music ?? '');
      return found(await queues.update(params.id, body), 'queue');
    },
  );
}

/** The seeds' fields, and ours, which are shown behind the times. */
function partsOf(body: z.output<typeof queueCreation>) {
  const { name, detail, routing_method, tag_ids, wait_flow_id, wait_timeout, service_timeout, ...own } = body;
  const seed = { name, detail, routing_method, tag_ids, wait_flow_id, wait_timeout, service_timeout };
  return { seed, own };
}
