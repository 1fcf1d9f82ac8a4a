import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { nowMicros, wireTime } from '../../core/clock.ts';
import { longestUrl } from '../../core/longest-url.ts';
import { didYouMean } from '../../core/nearest.ts';
import type { WebhookRecord } from '../../storage/webhook-record.ts';
import { eventTypes, isEventType } from '../../webhooks/event-types.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import { invalid } from '../problems.ts';
import type { Services } from '../services.ts';
import { answers, birth, detail, identity, idParams, name } from '../shapes.ts';
import {
  eventTypesMeta,
  isDefaultMeta,
  showWebhook as show,
  shownWebhook as shown,
  uriMeta,
  webhookMethods,
} from '../webhook-shape.ts';

const basic = z.strictObject({
  type: z.literal('basic').meta({ description: 'HTTP Basic' }),
  username: z
    .string()
    .max(255)
    .regex(/^[^:]*$/, 'must not have a colon')
    .meta({ description: 'at most 255 characters, without a colon', examples: ['ariflow'] }),
  password: z
    .string()
    .max(1_024)
    .meta({ description: 'at most 1 024 characters; never shown', examples: ['correct horse'] }),
});

const secret = z
  .string()
  .min(1)
  .max(256)
  .regex(/^(?!whsec_)|^whsec_[A-Za-z0-9+/]{4,}={0,2}$/, 'must be base64 after whsec_')
  .meta({
    description:
      'signs deliveries, at most 256 characters; made by us where missing; a replaced one stays valid for a while',
    examples: ['whsec_c2VjcmV0IG9mIGEgd2ViaG9vaw=='],
  });

const fields = {
  name,
  detail,
  uri: z.string().max(longestUrl).meta(uriMeta),
  method: z.enum(webhookMethods).meta({ description: 'of the requests' }),
  event_types: z
    .array(
      z.string().refine(isEventType, {
        error: ({ input }) => `no such event type${didYouMean(String(input).slice(0, 64), eventTypes())}`,
      }),
    )
    .max(100)
    .meta(eventTypesMeta),
  status: z
    .enum(['active', 'inactive'])
    .meta({ description: '`active` also switches one on again that was `disabled`' }),
  is_default: z.boolean().meta(isDefaultMeta),
  auth: z
    .discriminatedUnion('type', [
      z.strictObject({ type: z.literal('none').meta({ description: 'no credentials' }) }),
      basic,
    ])
    .meta({
      description: 'credentials that go along',
      examples: [{ type: 'basic', username: 'ariflow', password: 'correct horse' }],
    }),
  secret,
};
const change = z.strictObject(fields).partial();
const creation = z.strictObject({
  name: fields.name.default(''),
  detail: fields.detail.default(''),
  uri: fields.uri,
  method: fields.method.default('POST'),
  event_types: fields.event_types.default(['*']),
  status: fields.status.default('active'),
  is_default: fields.is_default.default(false),
  auth: fields.auth.default({ type: 'none' }),
  secret: fields.secret.optional(),
});

export function webhookRoutes(api: Api, services: Services): void {
  const { webhooks } = services.store;
  const tags = ['webhooks'];
  const onDelete = async ({ id }: WebhookRecord): Promise<void> => {
    await services.endpointsChanged();
    services.metrics.forgetEndpoint(id);
  };
  collectionRoutes(api, { path: 'webhooks', what: 'webhook', store: webhooks, shown, show, onDelete });

  api.post(
    '/webhooks',
    {
      schema: {
        tags,
        operationId: 'createWebhook',
        summary: 'Create a webhook',
        body: creation,
        response: answers(shown),
      },
    },
    async ({ body }) => {
      checkUri(services, body.uri);
      const { secret = newSecret() } = body;
      const webhook = newWebhook(services, body, secret);
      await webhooks.insert(webhook);
      await services.endpointsChanged();
      return { ...show(webhook), secret };
    },
  );

  api.put(
    '/webhooks/:id',
    {
      schema: {
        tags,
        operationId: 'updateWebhook',
        summary: 'Change a webhook',
        params: idParams,
        body: change,
        response: answers(shown),
      },
    },
    async ({ params, body }) => {
      checkUri(services, body.uri);
      const { secret, ...rest } = body;
      const secrets = secret === undefined ? {} : await withSecret(services, params.id, secret);
      const changed = await webhooks.update(params.id, { ...rest, ...secrets, tm_update: wireTime() });
      const webhook = found(changed, 'webhook');
      await services.endpointsChanged();
      return { ...show(webhook), ...(secret !== undefined && { secret }) };
    },
  );
}

function newWebhook(
  { customerId }: Services,
  body: z.output<typeof creation>,
  secret: string,
): WebhookRecord {
  const { name, detail, uri, method, event_types, status, is_default, auth } = body;
  const tutorial = { name, detail, uri, method, event_types, status };
  return { ...identity(customerId), ...tutorial, ...birth(), is_default, auth, secrets: [secret] };
}

/** The one before stays valid beside the new one, so that receivers can change over without losing a delivery. */
async function withSecret(
  { store, secretOverlap }: Services,
  id: string,
  secret: string,
): Promise<Partial<Pick<WebhookRecord, 'secrets' | 'previous_until'>>> {
  const { secrets } = found(await store.webhooks.get(id), 'webhook');
  const [current] = secrets;
  if (current === secret) return {};
  const previous_until = wireTime(nowMicros() + secretOverlap * 1_000);
  return { secrets: current === undefined ? [secret] : [secret, current], previous_until };
}

function newSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`;
}

function checkUri({ validateUrl }: Services, uri: string | undefined): void {
  const problem = uri === undefined ? undefined : validateUrl(uri);
  if (problem) throw invalid('uri', problem.message);
}
