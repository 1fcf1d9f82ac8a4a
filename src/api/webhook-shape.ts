import * as z from 'zod';
import * as stored from '../storage/webhook-record.ts';
import { component } from './components.ts';
import { detail, id, name, time } from './shapes.ts';

export const webhookMethods = ['POST', 'PUT', 'GET', 'DELETE'] as const;

/** A webhook as answers show it. */
export const shownWebhook = component(
  'Webhook',
  z.object({
    id,
    customer_id: id,
    name,
    detail,
    uri: z.string(),
    method: z.enum(webhookMethods),
    event_types: z.array(z.string()),
    status: z
      .enum(['active', 'inactive', 'disabled'])
      .meta({ description: 'disabled: by us, because it was gone or failed for days' }),
    tm_create: time,
    tm_update: time,
    tm_delete: time,
    is_default: z.boolean(),
    auth: z.object({ type: z.enum(['none', 'basic']), username: z.string().optional() }),
    secret: z.string().optional().meta({ description: 'only in the answer that made it' }),
  }),
);

export function showWebhook(record: stored.WebhookRecord): z.output<typeof shownWebhook> {
  const webhook = stored.showWebhook(record);
  return { ...webhook, event_types: [...webhook.event_types] };
}
