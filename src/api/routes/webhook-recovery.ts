import * as z from 'zod';
import { millisOf, now } from '../../core/clock.ts';
import { AriflowError } from '../../core/errors.ts';
import { mostRecovered } from '../../webhooks/delivery.ts';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { invalid } from '../problems.ts';
import { settled } from '../settled.ts';
import { answers, idParams, wireTimeInput } from '../shapes.ts';

const body = z.strictObject({
  since: wireTimeInput.meta({
    description: 'what was made then or later is delivered again, in UTC; not in the future',
    examples: ['2022-04-11 00:23:54'],
  }),
});

const shown = component(
  'WebhookRecovery',
  z.object({
    recovered: z
      .int()
      .meta({ description: 'how many deliveries that were given up are pending again', examples: [42] }),
    hastened: z.int().meta({
      description: 'how many that waited for another try are tried now',
      examples: [3],
    }),
    has_more: z.boolean().meta({
      description: `whether there may be more: at some ${mostRecovered} it ends, and can be asked again`,
      examples: [false],
    }),
  }),
);

export function webhookRecoveryRoutes(api: Api, parts: Parts): void {
  api.post(
    '/webhooks/:id/recover',
    {
      schema: {
        tags: ['webhooks'],
        operationId: 'recoverWebhook',
        summary: 'Deliver again what a webhook has missed since then',
        description:
          'Each with the `webhook-id` that it had, those of a call in their order, with all tries anew. What is no longer kept (`ARIFLOW_RETENTION_DELIVERIES`), and what happened while the webhook was not active, is not among them.',
        params: idParams,
        body,
        response: answers(shown),
      },
    },
    async ({ params, body: { since } }) => recover(parts, params.id, since),
  );
}

async function recover(parts: Parts, id: string, since: string): Promise<z.output<typeof shown>> {
  const webhook = found(await parts.store.webhooks.get(id), 'webhook');
  if (millisOf(since) > now()) throw invalid('since', 'must not be in the future');
  if (webhook.status !== 'active') throw new AriflowError('CONFLICT', `the webhook is ${webhook.status}`);
  await settled(parts);
  const { recovered, hastened } = await parts.deliveries.recover(webhook.id, millisOf(since));
  return { recovered, hastened, has_more: recovered + hastened >= mostRecovered };
}
