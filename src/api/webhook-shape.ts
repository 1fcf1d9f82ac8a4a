import * as z from 'zod';
import { didYouMean } from '../core/nearest.ts';
import { eventTypes, isEventType } from '../news/event-types.ts';
import * as stored from '../news/webhook-record.ts';
import { component } from './components.ts';
import { customer, detail, id, lifespan, name } from './shapes.ts';

export const webhookMethods = ['POST', 'PUT', 'GET', 'DELETE'] as const;

export const uriMeta = {
  description: 'where the events go, at most 8 192 characters',
  examples: ['https://your-server.example/voipbin/webhook'],
};
export const eventTypesMeta = {
  description: 'which events are sent: names, families (`call_*`), `*`, or the words of docs/webhooks.md',
  examples: [['call_hungup', 'recording_*']],
};
export const eventType = z.string().refine(isEventType, {
  error: ({ input }) => `no such event type${didYouMean(String(input).slice(0, 64), eventTypes())}`,
});
export const isDefaultMeta = {
  description: 'whether the end of flows with `end_webhook` is told to it; at most one is',
};

/** A webhook as answers show it. */
export const shownWebhook = component(
  'Webhook',
  z.object({
    id,
    customer_id: customer,
    name,
    detail,
    uri: z.string().meta(uriMeta),
    method: z.enum(webhookMethods).meta({ description: 'of the requests' }),
    event_types: z.array(z.string()).meta(eventTypesMeta),
    status: z
      .enum(['active', 'inactive', 'disabled'])
      .meta({ description: '`inactive`: by you; `disabled`: by us, because it was gone or failed for days' }),
    ...lifespan,
    is_default: z.boolean().meta(isDefaultMeta),
    auth: z
      .object({
        type: z.enum(['none', 'basic']).meta({ description: 'how we show who we are' }),
        username: z
          .string()
          .optional()
          .meta({ description: 'of `basic`', examples: ['ariflow'] }),
      })
      .meta({ description: 'credentials that go along; a password is not shown' }),
    secret: z
      .string()
      .optional()
      .meta({
        description: 'signs deliveries: only in the answer that set it',
        examples: ['whsec_c2VjcmV0IG9mIGEgd2ViaG9vaw=='],
      }),
  }),
);

export function showWebhook(record: stored.WebhookRecord): z.output<typeof shownWebhook> {
  const webhook = stored.showWebhook(record);
  return { ...webhook, event_types: [...webhook.event_types] };
}
