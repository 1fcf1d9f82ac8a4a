import * as z from 'zod';
import { millisOf, neverTime, wireTime, zeroId } from '../../core/clock.ts';
import { AriflowError } from '../../core/errors.ts';
import type { DeliveryRecord } from '../../news/outbox.ts';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { invalid } from '../problems.ts';
import { settled } from '../settled.ts';
import {
  answers,
  filterBy,
  idOf,
  idParams,
  listOf,
  noBody,
  pageQuery,
  referenceFilter,
  span,
  statusFilter,
  when,
} from '../shapes.ts';

const states = ['pending', 'delivered', 'dead'] as const;

/** Not the body: what was said in a call is for whoever the event was sent to. */
const shown = component(
  'Delivery',
  z.object({
    id: z.string().meta({
      description: 'the `webhook-id` of every try',
      examples: ['msg_0a1b2c3d4e5f60718293a4b5c6d7e8f9'],
    }),
    webhook_id: idOf('the webhook it goes to'),
    type: z.string().meta({ description: 'of the event', examples: ['call_hungup'] }),
    state: z.enum(states).meta({ description: '`dead`: given up, until somebody retries it' }),
    attempts: z.int().meta({ description: 'how many tries there were', examples: [1] }),
    http_status: z
      .int()
      .meta({ description: 'HTTP status of the last try; 0 without an answer', examples: [500] }),
    error: z.string().meta({ description: 'of the last try', examples: ['http_500', 'timeout'] }),
    tm_create: when('it was made'),
    tm_try: when('it was last tried'),
    tm_next: when('it will be tried next'),
    call_id: idOf('the call it is about; zeros: none'),
  }),
);

const listQuery = z.strictObject({
  ...pageQuery.shape,
  state: statusFilter(z.enum(states)),
  call_id: referenceFilter,
  ...span,
});

const listOfAllQuery = z.strictObject({
  ...listQuery.shape,
  webhook_id: filterBy('webhook'),
});

export function deliveryRoutes(api: Api, parts: Parts): void {
  const tags = ['webhooks'];
  api.get(
    '/deliveries',
    {
      schema: {
        tags,
        operationId: 'listDeliveries',
        summary: 'List deliveries, newest first',
        querystring: listOfAllQuery,
        response: answers(listOf(shown)),
      },
    },
    async ({ query }) => list(parts, query.webhook_id, query),
  );

  api.get(
    '/webhooks/:id/deliveries',
    {
      schema: {
        tags,
        operationId: 'listWebhookDeliveries',
        summary: 'List deliveries of a webhook, newest first',
        params: idParams,
        querystring: listQuery,
        response: answers(listOf(shown)),
      },
    },
    async ({ params, query }) => {
      const { id: webhookId } = found(await parts.store.webhooks.get(params.id), 'webhook');
      return list(parts, webhookId, query);
    },
  );

  api.post(
    '/deliveries/:id/retry',
    {
      schema: {
        tags,
        operationId: 'retryDelivery',
        summary: 'Try a delivery now, also one that was given up',
        params: idParams,
        body: noBody,
        response: answers(shown),
      },
    },
    async ({ params }) => retry(parts, params.id),
  );
}

async function list(
  parts: Parts,
  endpointId: string | undefined,
  query: z.output<typeof listQuery>,
): Promise<{ result: z.output<typeof shown>[]; next_page_token: string }> {
  await settled(parts);
  const { page_size: size, page_token: token, state, call_id: callId, since, until } = query;
  const records = await parts.deliveries.list({
    limit: size + 1,
    ...(endpointId !== undefined && { endpointId }),
    ...(callId !== undefined && { callId }),
    ...(state && { state }),
    ...(since !== undefined && { since: exactMillis(since) }),
    ...(until !== undefined && { until: exactMillis(until) }),
    ...(token !== undefined && { before: placeOf(token) }),
  });
  const page = records.slice(0, size);
  const last = page.at(-1);
  return { result: page.map(show), next_page_token: last && records.length > size ? pageToken(last) : '' };
}

async function retry({ store, deliveries }: Parts, id: string): Promise<z.output<typeof shown>> {
  const delivery = found(await deliveries.find(id), 'delivery');
  const webhook = found(await store.webhooks.get(delivery.endpointId), 'delivery');
  if (webhook.status !== 'active') throw new AriflowError('CONFLICT', `the webhook is ${webhook.status}`);
  await deliveries.retry(id);
  return show(found(await deliveries.find(id), 'delivery'));
}

function show(delivery: DeliveryRecord): z.output<typeof shown> {
  const { id, endpointId, type, state, attempts, status, error, createdAt, triedAt, nextAt } = delivery;
  const { callId = zeroId } = delivery;
  return {
    id,
    webhook_id: endpointId,
    type,
    state,
    attempts,
    http_status: status,
    error,
    tm_create: timeOf(createdAt),
    tm_try: triedAt === undefined ? neverTime : timeOf(triedAt),
    tm_next: state === 'pending' ? timeOf(Math.max(nextAt, createdAt)) : neverTime,
    call_id: callId,
  };
}

function timeOf(milliseconds: number): string {
  return wireTime(Math.round(milliseconds * 1_000));
}

/** With the microseconds of what lists show, which are rounded. */
function exactMillis(time: string): number {
  return millisOf(time) + (Number(time.slice(23, 26)) - 0.5) / 1_000;
}

/** Opaque to users, as those of all lists. */
function pageToken({ id }: DeliveryRecord): string {
  return Buffer.from(id).toString('base64url');
}

function placeOf(token: string): string {
  const id = Buffer.from(token, 'base64url').toString();
  if (!/^msg_\w{1,100}$/.test(id)) throw invalid('page_token', 'not a page_token of this list');
  return id;
}
