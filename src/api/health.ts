import * as z from 'zod';
import type { Api } from './api.ts';
import type { Parts } from './parts.ts';

const alive = z.object({ status: z.literal('ok').meta({ description: 'it lives' }) });
const readiness = z.object({
  ready: z.boolean().meta({ description: 'whether all of the checks hold' }),
  checks: z
    .object({
      ari: z.boolean().meta({ description: 'Asterisk is connected' }),
      application: z.boolean().meta({ description: 'Asterisk knows our application' }),
      store: z.boolean().meta({ description: 'the store can write' }),
      open: z.boolean().meta({ description: 'new calls are taken: the daemon is not drained, nor stopping' }),
    })
    .meta({ description: 'what it takes' }),
  reasons: z.array(z.string()).meta({
    description:
      'why not, of each check that does not hold: `ari_disconnected` `application_missing` `store_full` `draining` `stopping` and the like',
    examples: [['store_full']],
  }),
});

const figures = {
  200: {
    description: 'The figures, in the text format of Prometheus',
    content: { 'text/plain': { schema: z.string() } },
  },
};

/** For whoever supervises us: no token, no limit. */
export function healthRoutes(api: Api, parts: Parts): void {
  const schema = { tags: ['health'], security: [] };

  api.get(
    '/healthz',
    {
      schema: {
        ...schema,
        operationId: 'getHealth',
        summary: 'Whether the process lives',
        response: { 200: alive },
      },
    },
    async () => ({ status: 'ok' as const }),
  );

  api.get(
    '/readyz',
    {
      schema: {
        ...schema,
        operationId: 'getReadiness',
        summary: 'Whether calls can be taken',
        response: { 200: readiness, 503: readiness },
      },
    },
    async (_request, reply) => {
      const state = await parts.readiness();
      return reply.code(state.ready ? 200 : 503).send(state);
    },
  );

  api.get(
    '/metrics',
    {
      schema: { ...schema, operationId: 'getMetrics', summary: 'Figures for Prometheus', response: figures },
    },
    async (_request, reply) => {
      const text = await parts.metrics.text(parts.gauges());
      return reply.type(parts.metrics.contentType).send(text);
    },
  );
}
