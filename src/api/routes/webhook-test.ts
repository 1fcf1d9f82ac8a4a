import * as z from 'zod';
import { now } from '../../core/clock.ts';
import { messageId } from '../../core/message-id.ts';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { answers, idParams, noBody } from '../shapes.ts';
import { showWebhook } from '../webhook-shape.ts';

/** No event of this type exists, and none can be subscribed to: a receiver cannot take it for something that happened. */
const type = 'webhook_test';

const shown = component(
  'WebhookTest',
  z.object({
    id: z.string().meta({
      description: 'the `webhook-id` it was sent with',
      examples: ['msg_0a1b2c3d4e5f60718293a4b5c6d7e8f9'],
    }),
    type: z.literal(type).meta({ description: 'of the event that was sent' }),
    delivered: z.boolean().meta({ description: 'whether the endpoint took it' }),
    http_status: z
      .int()
      .meta({ description: 'HTTP status the endpoint answered; 0 without an answer', examples: [200] }),
    error: z.string().meta({
      description: 'why it was not taken; empty where it was',
      examples: ['http_500', 'timeout', 'unreachable'],
    }),
    duration: z.int().meta({ description: 'how long that took, in milliseconds', examples: [35] }),
  }),
);

export function webhookTestRoutes(api: Api, parts: Parts): void {
  api.post(
    '/webhooks/:id/test',
    {
      schema: {
        tags: ['webhooks'],
        operationId: 'testWebhook',
        summary: 'Send a test event now, and see what the endpoint makes of it',
        params: idParams,
        body: noBody,
        response: answers(shown),
      },
    },
    async ({ params }) => test(parts, params.id),
  );
}

/** Whatever the webhook's status and event types are, and past everything that waits for it: one try, no retry. */
async function test({ store, tryEndpoint }: Parts, webhookId: string): Promise<z.output<typeof shown>> {
  const webhook = found(await store.webhooks.get(webhookId), 'webhook');
  const id = messageId();
  const body = JSON.stringify({ type, data: showWebhook(webhook) });
  const began = now();
  const { status, error } = await tryEndpoint(webhook, { id, body });
  const duration = Math.round(now() - began);
  return { id, type, delivered: error === '', http_status: status, error, duration };
}
