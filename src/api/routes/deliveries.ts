import * as z from 'zod';
import { neverTime, wireTime } from '../../core/clock.ts';
import { AriflowError } from '../../core/errors.ts';
import type { DeliveryRecord } from '../../webhooks/outbox.ts';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import { invalid } from '../problems.ts';
import type { Services } from '../services.ts';
import { answers, id, idParams, listOf, noBody, pageQuery, time } from '../shapes.ts';

const states = ['pending', 'delivered', 'dead'] as const;

/** Not the body: what was said in a call is for whoever the event was sent to. */
const shown = component(
  'Delivery',
  z.object({
    id: z.string().meta({ description: 'the webhook-id of every try' }),
    webhook_id: id,
    type: z.string().meta({ description: 'of the event' }),
    state: z.enum(states).meta({ description: 'dead: given up, until somebody retries it' }),
    attempts: z.int(),
    http_status: z.int().meta({ description: 'of the last try; 0 without an answer' }),
    error: z.string().meta({ description: 'of the last try', examples: ['http_500', 'timeout'] }),
    tm_create: time,
    tm_try: time,
    tm_next: time,
  }),
);

const listQuery = z.strictObject({ ...pageQuery.shape, state: z.enum(states).optional() });

export function deliveryRoutes(api: Api, services: Services): void {
  const tags = ['webhooks'];
  api.get(
    '/webhooks/:id/deliveries',
    {
      schema: {
        tags,
        summary: 'List deliveries of a webhook, newest first',
        params: idParams,
        querystring: listQuery,
        response: answers(listOf(shown)),
      },
    },
    async ({ params, query }) => list(services, params.id, query),
  );

  api.post(
    '/deliveries/:id/retry',
    {
      schema: {
        tags,
        summary: 'Try a delivery now, also one that was given up',
        params: idParams,
        body: noBody,
        response: answers(shown),
      },
    },
    async ({ params }) => retry(services, params.id),
  );
}

async function list(
  { store, deliveries }: Services,
  webhookId: string,
  { page_size: size, page_token: token, state }: z.output<typeof listQuery>,
): Promise<{ result: z.output<typeof shown>[]; next_page_token: string }> {
  const { id: endpointId } = found(await store.webhooks.get(webhookId), 'webhook');
  const records = await deliveries.list({
    endpointId,
    limit: size + 1,
    ...(state && { state }),
    ...(token !== undefined && { before: placeOf(token) }),
  });
  const page = records.slice(0, size);
  const last = page.at(-1);
  return { result: page.map(show), next_page_token: last && records.length > size ? pageToken(last) : '' };
}

async function retry({ store, deliveries }: Services, id: string): Promise<z.output<typeof shown>> {
  const delivery = found(await deliveries.find(id), 'delivery');
  const webhook = found(await store.webhooks.get(delivery.endpointId), 'delivery');
  if (webhook.status !== 'active') throw new AriflowError('CONFLICT', `the webhook is ${webhook.status}`);
  await deliveries.retry(id);
  return show(found(await deliveries.find(id), 'delivery'));
}

function show(delivery: DeliveryRecord): z.output<typeof shown> {
  const { id, endpointId, type, state, attempts, status, error, createdAt, triedAt, nextAt } = delivery;
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
  };
}

function timeOf(milliseconds: number): string {
  return wireTime(Math.round(milliseconds * 1_000));
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
