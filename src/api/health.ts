import * as z from 'zod';
import type { Api } from './api.ts';
import type { Services } from './services.ts';

const alive = z.object({ status: z.literal('ok') });
const readiness = z.object({
  ready: z.boolean(),
  checks: z.object({ ari: z.boolean(), application: z.boolean(), store: z.boolean() }),
});

/** For whoever supervises us: no token, no limit. */
export function healthRoutes(api: Api, services: Services): void {
  const schema = { tags: ['health'], security: [] };

  api.get(
    '/healthz',
    { schema: { ...schema, summary: 'Whether the process lives', response: { 200: alive } } },
    async () => ({ status: 'ok' as const }),
  );

  api.get(
    '/readyz',
    {
      schema: {
        ...schema,
        summary: 'Whether calls can be taken',
        response: { 200: readiness, 503: readiness },
      },
    },
    async (_request, reply) => {
      const state = await services.readiness();
      return reply.code(state.ready ? 200 : 503).send(state);
    },
  );

  api.get(
    '/metrics',
    { schema: { ...schema, summary: 'Figures for Prometheus' } },
    async (_request, reply) => {
      const text = await services.metrics.text(services.gauges());
      return reply.type(services.metrics.contentType).send(text);
    },
  );
}
