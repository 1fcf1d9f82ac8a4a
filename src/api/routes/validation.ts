import * as z from 'zod';
import { wording } from '../../core/misfits.ts';
import type { Api } from '../api.ts';
import { component } from '../components.ts';
import { invalid, mostProblems, problemSchema, problemsOf } from '../problems.ts';
import { answers } from '../shapes.ts';

const order = z.strictObject({
  method: z.enum(['POST', 'PUT']).meta({ description: 'of the request', examples: ['POST'] }),
  path: z
    .string()
    .max(200)
    .meta({ description: 'its path, as this document has it', examples: ['/v1.0/queues/{id}'] }),
  body: z
    .unknown()
    .meta({ description: 'what would be sent', examples: [{ name: 'Front desk', ring_timeout: 20_000 }] }),
});

const verdict = component(
  'RequestVerdict',
  z.object({
    problems: z.array(problemSchema).meta({
      description: 'all that is wrong with the body by itself, at most 100; none: it would be taken',
    }),
  }),
);

/** Comes before all other routes: those behind it are known to it. */
export function validationRoutes(api: Api): void {
  const bodies = new Map<string, z.ZodType>();
  api.addHook('onRoute', ({ method, url, schema }) => {
    const path = url.replaceAll(/:(\w+)/g, '{$1}');
    for (const each of [method].flat())
      if (schema?.body instanceof z.ZodType) bodies.set(`${each} ${path}`, schema.body);
  });

  api.post(
    '/validate',
    {
      schema: {
        tags: ['validation'],
        operationId: 'validateRequest',
        summary: 'Check the body of a request, and do nothing',
        body: order,
        response: answers(verdict),
      },
    },
    async ({ body: { method, path, body } }) => {
      const schema = bodies.get(`${method} ${path}`);
      if (!schema) throw invalid('path', `expected one that takes a body by ${method}`);
      const { error } = schema.safeParse(body, wording);
      return { problems: error ? problemsOf(error).slice(0, mostProblems) : [] };
    },
  );
}
