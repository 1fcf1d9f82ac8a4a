import * as z from 'zod';
import { messageId } from '../../webhooks/fan-out.ts';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import type { Services } from '../services.ts';
import { answers, idParams, noBody } from '../shapes.ts';
import { showWebhook } from '../webhook-shape.ts';

/** No event of this type exists, and none can be subscribed to: a receiver cannot take it for something that happened. */
const type = 'webhook_test';

const shown = component(
  'WebhookTest',
  z.object({
    id: z.string().meta({ description: 'the webhook-id it was sent with' }),
    type: z.literal(type),
    delivered: z.boolean(),
    http_status: z.int().meta({ description: '0 without an answer' }),
    error: z.string().meta({ examples: ['http_500', 'timeout', 'unreachable'] }),
    duration: z.int().meta({ description: 'in milliseconds' }),
  }),
);

export function webhookTestRoutes(api: Api, services: Services): void {
  api.post(
    '/webhooks/:id/test',
    {
      schema: {
        tags: ['webhooks'],
        summary: 'Send a test event now, and see what the endpoint makes of it',
        params: idParams,
        body: noBody,
        response: answers(shown),
      },
    },
    async ({ params }) => test(services, params.id),
  );
}

/** Whatever the webhook's status and event types are, and past everything that waits for it: one try, no retry. */
async function test({ store, tryEndpoint }: Services, webhookId: string): Promise<z.output<typeof shown>> {
  const webhook = found(await store.webhooks.get(webhookId), 'webhook');
  const id = messageId();
  const body = JSON.stringify({ type, data: showWebhook(webhook) });
  const began = performance.now();
  const { status, error } = await tryEndpoint(webhook, { id, body });
  const duration = Math.round(performance.now() - began);
  return { id, type, delivered: error === '', http_status: status, error, duration };
}
