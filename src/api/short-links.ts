import * as z from 'zod';
import type { Api } from './api.ts';
import { found } from './collection.ts';
import type { Parts } from './parts.ts';
import { errorSchema } from './problems.ts';

const params = z.strictObject({
  code: z
    .string()
    .max(64)
    .meta({ description: 'the end of the short link', examples: ['Xk3p9Q'] }),
});

/** Where short links lead. For anybody: they are sent to people who know nothing of us. */
export function shortLinkRoutes(api: Api, { store }: Pick<Parts, 'store'>): void {
  api.get(
    '/s/:code',
    {
      schema: {
        tags: ['links'],
        operationId: 'followShortLink',
        summary: 'Follow a short link',
        security: [],
        params,
        response: {
          302: z.null().meta({ description: 'to where it leads' }),
          '4xx': errorSchema,
          '5xx': errorSchema,
        },
      },
    },
    async (request, reply) => {
      const { url } = found(await store.links.get(request.params.code), 'link');
      return reply.redirect(url, 302);
    },
  );
}
