import * as z from 'zod';
import type { Api } from '../api.ts';
import { found } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { prepareTexts } from '../prepared-texts.ts';
import { problemSchema } from '../problems.ts';
import { answers, idParams, noBody } from '../shapes.ts';

const shown = component(
  'FlowPreparation',
  z.object({
    texts: z.int().meta({ description: 'how many texts the flow says', examples: [12] }),
    prepared: z.int().meta({ description: 'how many of them are spoken now', examples: [11] }),
    problems: z.array(problemSchema).meta({ description: 'those that are not, and why' }),
  }),
);

/** Before the first caller comes. */
export function flowPreparationRoutes(api: Api, parts: Parts): void {
  api.post(
    '/flows/:id/prepare',
    {
      schema: {
        tags: ['flows'],
        operationId: 'prepareFlow',
        summary: 'Have the texts of a flow spoken, so that its first caller does not wait for them',
        params: idParams,
        body: noBody,
        response: answers(shown),
      },
    },
    async ({ params }) => {
      const { texts, prepared, problems } = await prepareTexts(
        parts,
        found(await parts.store.flows.get(params.id), 'flow'),
      );
      return { texts, prepared, problems: [...problems] };
    },
  );
}
