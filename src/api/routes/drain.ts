import * as z from 'zod';
import type { Api } from '../api.ts';
import { component } from '../components.ts';
import type { DrainView } from '../drain.ts';
import type { Parts } from '../parts.ts';
import { answers, noBody, when } from '../shapes.ts';

const shown: z.ZodType<DrainView> = component(
  'Drain',
  z.object({
    draining: z.boolean().meta({
      description: 'whether new calls are refused: with 503, and `GET /readyz` answers 503 too',
      examples: [true],
    }),
    calls: z.int().meta({ description: 'how many calls still live, legs of others too', examples: [3] }),
    activeflows: z
      .int()
      .meta({ description: 'how many flows still run, with and without a call', examples: [3] }),
    tm_drain: when('it began'),
  }),
);

export function drainRoutes(api: Api, { drain }: Parts): void {
  const schema = { tags: ['drain'], response: answers(shown) };

  api.get(
    '/drain',
    {
      schema: {
        ...schema,
        operationId: 'getDrain',
        summary: 'See whether new calls are refused, and what still lives',
        querystring: z.strictObject({}),
      },
    },
    async () => drain.look(),
  );

  api.post(
    '/drain',
    {
      schema: {
        ...schema,
        operationId: 'startDrain',
        summary: 'Refuse new calls from now on, and end none',
        body: noBody,
      },
    },
    async () => drain.begin(),
  );

  api.delete(
    '/drain',
    { schema: { ...schema, operationId: 'endDrain', summary: 'Take new calls again' } },
    async () => drain.end(),
  );
}
