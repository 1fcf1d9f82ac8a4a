import * as z from 'zod';
import type { ChatbotRecord } from '../../chatbots/chatbot-record.ts';
import { wireTime } from '../../core/clock.ts';
import { longestUrl } from '../../core/longest-url.ts';
import { hidden } from '../../flows/secrets.ts';
import type { Api } from '../api.ts';
import { collectionRoutes, found } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { invalid } from '../problems.ts';
import { answers, birth, customer, detail, id, identity, idParams, lifespan, name } from '../shapes.ts';
import { whole } from '../whole.ts';

const seed = {
  name,
  detail,
  url: z
    .string()
    .max(longestUrl)
    .regex(/^[^?#]*$/, 'must be without a query and a fragment: /chat/completions is put behind it')
    .meta({
      description: 'the base URL of an API like that of OpenAI: `/chat/completions` is put behind it',
      examples: ['https://api.openai.com/v1'],
    }),
  model: z
    .string()
    .max(255)
    .meta({
      description: "the model, by its name there; empty: the server's own",
      examples: ['gpt-4o-mini'],
    }),
  prompt: z
    .string()
    .max(32_768)
    .meta({
      description: 'what the chatbot is told before all that is said, at most 32 768 characters',
      examples: ['You answer the telephone of a dental clinic.'],
    }),
  voice: z
    .string()
    .max(128)
    .meta({ description: "its voice, by its provider's own name of it; empty: any", examples: ['en-us+f3'] }),
};
const api_key = z
  .string()
  .max(4_096)
  .regex(/^[\x21-\x7e]*$/, 'must have letters, digits and signs only')
  .meta({
    description:
      'goes to that server as a bearer token; stored encrypted, never shown; stays where a change does not give it, empty: none',
    examples: ['sk-0123456789abcdef'],
  });

const shown = component(
  'Chatbot',
  z.object({
    id,
    customer_id: customer,
    ...seed,
    ...lifespan,
    has_api_key: z.boolean().meta({ description: 'whether an `api_key` is stored', examples: [true] }),
  }),
);
const change = z.strictObject({ ...seed, api_key }).partial();
export const chatbotCreation = z.strictObject({
  name: name.default(''),
  detail: detail.default(''),
  url: seed.url,
  model: seed.model.default(''),
  prompt: seed.prompt.default(''),
  voice: seed.voice.default(''),
  api_key: api_key.default(''),
});

export function chatbotRoutes(api: Api, parts: Parts): void {
  const { chatbots: store } = parts.store;
  const tags = ['chatbots'];
  collectionRoutes(api, {
    path: 'chatbots',
    what: 'chatbot',
    store,
    shown,
    show,
    searched: 'name and detail',
  });

  api.post(
    '/chatbots',
    {
      schema: {
        tags,
        operationId: 'createChatbot',
        summary: 'Create a chatbot',
        body: whole(chatbotCreation, shown),
        response: answers(shown),
      },
    },
    async ({ body }) => {
      const chatbot = newChatbot(parts, body);
      await store.insert(chatbot);
      return show(chatbot);
    },
  );

  api.put(
    '/chatbots/:id',
    {
      schema: {
        tags,
        operationId: 'updateChatbot',
        summary: 'Change a chatbot',
        params: idParams,
        body: whole(change, shown),
        response: answers(shown),
      },
    },
    async ({ params, body }) => {
      const stored = found(await store.get(params.id), 'chatbot');
      const { api_key: given, ...rest } = body;
      const sealed_key = changedKey(parts, stored, { url: rest.url, api_key: given });
      const isExpected = ({ url }: ChatbotRecord): boolean => url === stored.url;
      const changing = store.update(
        params.id,
        { ...rest, sealed_key, tm_update: wireTime() },
        { isExpected },
      );
      return show(found(await changing, 'chatbot'));
    },
  );
}

function newChatbot(
  parts: Parts,
  { api_key: given, ...body }: z.output<typeof chatbotCreation>,
): ChatbotRecord {
  checkUrl(parts, body.url);
  if (given === hidden) throw invalid('api_key', 'hides a key: expected the key itself');
  const { name, detail, url, model, prompt, voice } = body;
  const own = identity(parts.customerId);
  const sealed_key = parts.chatbots.sealed(given, { id: own.id, url });
  return { ...own, name, detail, url, model, prompt, voice, ...birth(), sealed_key };
}

interface GivenKey {
  readonly url: string | undefined;
  readonly api_key: string | undefined;
}

/** A key that was not given stays, but for a server that it was not given for: whoever moves the URL need not know it. */
function changedKey(
  parts: Parts,
  stored: ChatbotRecord,
  { url = stored.url, api_key: given }: GivenKey,
): string | undefined {
  if (url !== stored.url) checkUrl(parts, url);
  const stays = given === undefined || given === hidden;
  if (!stays) return parts.chatbots.sealed(given, { id: stored.id, url });
  if (stored.sealed_key !== '' && new URL(url).origin !== new URL(stored.url).origin)
    throw invalid('api_key', 'expected the key of the new server: that of the other one does not go there');
  return undefined;
}

function checkUrl({ validateUrl }: Parts, url: string): void {
  const problem = validateUrl(url);
  if (problem) throw invalid('url', problem.message);
}

function show(record: ChatbotRecord): z.output<typeof shown> {
  const { sealed_key, ...chatbot } = record;
  return { ...chatbot, has_api_key: sealed_key !== '' };
}
