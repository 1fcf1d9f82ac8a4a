import * as z from 'zod';
import type { Provider } from '../../speech/providers.ts';
import type { Api } from '../api.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { answers, listOf } from '../shapes.ts';

const shown: z.ZodType<Provider> = component(
  'SpeechProvider',
  z.object({
    provider: z.string().meta({ description: 'as flows name it in `provider`', examples: ['gcp'] }),
    speaks: z.boolean().meta({ description: 'whether it can be asked to speak: `talk`', examples: [true] }),
    hears: z.boolean().meta({ description: 'whether it can be asked to listen', examples: [false] }),
    available: z.boolean().meta({
      description:
        'whether it can be asked for any of this just now: it is left alone for a while after failures',
      examples: [true],
    }),
    reason: z.string().meta({
      description: 'why it cannot be asked for something; empty where it can be',
      examples: ['no credentials of Google Cloud: expected GOOGLE_APPLICATION_CREDENTIALS'],
    }),
  }),
);

export function speechRoutes(api: Api, { speechProviders }: Parts): void {
  api.get(
    '/speech/providers',
    {
      schema: {
        tags: ['speech'],
        operationId: 'listSpeechProviders',
        summary: 'List who can be asked to speak or to listen here, in the order in which they are',
        querystring: z.strictObject({}),
        response: answers(listOf(shown)),
      },
    },
    async () => ({ result: [...speechProviders()], next_page_token: '' }),
  );
}
