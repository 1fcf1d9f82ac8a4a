import { randomBytes } from 'node:crypto';
import * as z from 'zod';
import { wireTime } from '../../core/clock.ts';
import type { WebhookRecord } from '../../storage/webhook-record.ts';
import { isEventType } from '../../webhooks/event-types.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import { component } from '../components.ts';
import { invalid } from '../problems.ts';
import type { Services } from '../services.ts';
import { answers, birth, detail, id, identity, idParams, name, time } from '../shapes.ts';

const methods = ['POST', 'PUT', 'GET', 'DELETE'] as const;

const shown = component(
  'Webhook',
  z.object({
    id,
    customer_id: id,
    name,
    detail,
    uri: z.string(),
    method: z.enum(methods),
    event_types: z.array(z.string()),
    status: z.enum(['active', 'inactive', 'disabled']),
    tm_create: time,
    tm_update: time,
    tm_delete: time,
    is_default: z.boolean(),
    auth: z.object({ type: z.enum(['none', 'basic']), username: z.string().optional() }),
    secret: z.string().optional().meta({ description: 'only in the answer that made it' }),
  }),
);

const basic = z.strictObject({
  type: z.literal('basic'),
  username: z
    .string()
    .max(255)
    .regex(/^[^:]*$/, 'must not have a colon'),
  password: z.string().max(1_024),
});

const secret = z
  .string()
  .min(1)
  .max(256)
  .regex(/^(?!whsec_)|^whsec_[A-Za-z0-9+/]{4,}={0,2}$/, 'must be base64 after whsec_')
  .meta({ description: 'signs deliveries; made by us where missing' });

const fields = {
  name,
  detail,
  uri: z.string().max(2_048),
  method: z.enum(methods),
  event_types: z.array(z.string().refine(isEventType, 'no such event type')).max(100),
  status: z.enum(['active', 'inactive']),
  is_default: z.boolean(),
  auth: z.discriminatedUnion('type', [z.strictObject({ type: z.literal('none') }), basic]),
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
  const onDelete = () => services.endpointsChanged();
  collectionRoutes(api, { path: 'webhooks', what: 'webhook', store: webhooks, shown, show, onDelete });

  api.post(
    '/webhooks',
    { schema: { tags, summary: 'Create a webhook', body: creation, response: answers(shown) } },
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
      schema: { tags, summary: 'Change a webhook', params: idParams, body: change, response: answers(shown) },
    },
    async ({ params, body }) => {
      checkUri(services, body.uri);
      const { secret, ...rest } = body;
      const secrets = secret === undefined ? undefined : await withSecret(services, params.id, secret);
      const change = { ...rest, secrets, tm_update: wireTime() };
      const changed = found(await webhooks.update(params.id, change), 'webhook');
      await services.endpointsChanged();
      return { ...show(changed), ...(secret !== undefined && { secret }) };
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

/** Neither secrets nor the password. */
function show({ secrets: _, auth, ...webhook }: WebhookRecord): z.output<typeof shown> {
  const shownAuth = auth.type === 'none' ? { type: auth.type } : { type: auth.type, username: auth.username };
  return { ...webhook, event_types: [...webhook.event_types], auth: shownAuth };
}

/** The one before stays valid beside the new one, so that receivers can change over without losing a delivery. */
async function withSecret({ store }: Services, id: string, secret: string): Promise<readonly string[]> {
  const { secrets } = found(await store.webhooks.get(id), 'webhook');
  return [...new Set([secret, ...secrets])].slice(0, 2);
}

function newSecret(): string {
  return `whsec_${randomBytes(24).toString('base64')}`;
}

function checkUri({ validateUrl }: Services, uri: string | undefined): void {
  const problem = uri === undefined ? undefined : validateUrl(uri);
  if (problem) throw invalid('uri', problem.message);
}
