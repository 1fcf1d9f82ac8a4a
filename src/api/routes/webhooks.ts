import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { wireTime } from '../../core/clock.ts';
import { longestUrl } from '../../core/longest-url.ts';
import type { WebhookRecord } from '../../news/webhook-record.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import type { Parts } from '../parts.ts';
import { unlessPointedTo } from '../pointed-to.ts';
import { invalid } from '../problems.ts';
import { answers, birth, detail, identity, idParams, name, statusFilter } from '../shapes.ts';
import { webhookChange, wholeUri } from '../webhook-change.ts';
import {
  eventType,
  eventTypesMeta,
  isDefaultMeta,
  showWebhook as show,
  shownWebhook as shown,
  uriMeta,
  webhookMethods,
} from '../webhook-shape.ts';
import { whole } from '../whole.ts';

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
    .optional()
    .meta({
      description:
        'at most 1 024 characters; never shown; stays where a change does not give it, empty where nothing does',
      examples: ['correct horse'],
    }),
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
  event_types: z.array(eventType).max(100).meta(eventTypesMeta),
  status: z.enum(['active', 'inactive', 'disabled']).meta({
    description:
      '`active` also switches one on again that was `disabled`; that is ours to set: it stays, and a new webhook is `inactive`',
  }),
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
export const webhookCreation = z.strictObject({
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

export function webhookRoutes(api: Api, parts: Parts): void {
  const { webhooks } = parts.store;
  const tags = ['webhooks'];
  const onDelete = async ({ id }: WebhookRecord): Promise<void> => {
    await parts.endpointsChanged();
    parts.metrics.forgetEndpoint(id);
  };
  collectionRoutes(api, {
    path: 'webhooks',
    what: 'webhook',
    store: webhooks,
    shown,
    show,
    onDelete,
    searched: 'name, detail and URI',
    narrowedBy: { status: statusFilter(fields.status) },
  });

  api.post(
    '/webhooks',
    {
      schema: {
        tags,
        operationId: 'createWebhook',
        summary: 'Create a webhook',
        body: whole(webhookCreation, shown),
        response: answers(shown),
      },
    },
    async ({ body }) => {
      checkUri(parts, body.uri);
      const { secret = newSecret() } = body;
      const webhook = newWebhook(parts, body, secret);
      await webhooks.insert(webhook);
      await parts.endpointsChanged();
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
        body: whole(change, shown),
        response: answers(shown),
      },
    },
    async ({ params, body }) => {
      checkUri(parts, body.uri);
      const { uri, secret, auth, status, ...rest } = body;
      const stored = found(await webhooks.get(params.id), 'webhook');
      const ours = webhookChange(stored, { uri, secret, auth, status }, parts.secretOverlap);
      const changing = webhooks.update(params.id, { ...rest, ...ours, tm_update: wireTime() });
      const changed = await unlessPointedTo(
        'default webhook',
        changing,
        'make another one the default first',
      );
      const webhook = found(changed, 'webhook');
      await parts.endpointsChanged();
      return { ...show(webhook), ...(secret !== undefined && { secret }) };
    },
  );
}

function newWebhook(
  { customerId }: Parts,
  body: z.output<typeof webhookCreation>,
  secret: string,
): WebhookRecord {
  const { name, detail, uri, method, event_types, is_default, auth: given } = body;
  const status = body.status === 'disabled' ? 'inactive' : body.status;
  const auth = given.type === 'basic' ? { ...given, password: given.password ?? '' } : given;
  const tutorial = { name, detail, uri: wholeUri(uri), method, event_types, status };
  return { ...identity(customerId), ...tutorial, ...birth(), is_default, auth, secrets: [secret] };
}

function newSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`;
}

function checkUri({ validateUrl }: Parts, uri: string | undefined): void {
  const problem = uri === undefined ? undefined : validateUrl(uri);
  if (problem) throw invalid('uri', problem.message);
}
