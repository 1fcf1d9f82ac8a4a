import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import type { ConversationRecord } from '../../messages/conversation-record.ts';
import type { Api } from '../api.ts';
import { found, listRoute } from '../collection.ts';
import { component } from '../components.ts';
import type { Parts } from '../parts.ts';
import { address } from '../party.ts';
import { orRefusal } from '../refusal.ts';
import { settled } from '../settled.ts';
import { answers, customer, id, idParams, numberFilter, searchIn, when } from '../shapes.ts';
import { messageShape, text } from './messages.ts';

const shown: z.ZodType<ConversationRecord> = component(
  'Conversation',
  z.object({
    id,
    customer_id: customer,
    type: z.literal('message').meta({ description: 'what it consists of' }),
    source: address.meta({ description: 'the number of ours, or who has written in its name' }),
    destination: address.meta({ description: 'the other party' }),
    tm_create: when('it began'),
    tm_update: when('its last message was'),
    tm_delete: when('it was deleted'),
  }),
);

const tags = ['conversations'];

const narrowedBy = {
  number: numberFilter,
  search: searchIn('the numbers and names of both parties'),
};

export function conversationRoutes(api: Api, parts: Parts): void {
  const { conversations, messages, store } = parts;

  listRoute(api, {
    path: 'conversations',
    shown,
    narrowedBy,
    list: async (...asked) => {
      await settled(parts);
      return store.conversations.list(...asked);
    },
  });

  api.get(
    '/conversations/:id',
    {
      schema: {
        tags,
        operationId: 'getConversation',
        summary: 'Get a conversation',
        params: idParams,
        response: answers(shown),
      },
    },
    async ({ params }) => found(await conversations.get(params.id), 'conversation'),
  );

  api.post(
    '/conversations/:id/messages',
    {
      schema: {
        tags,
        operationId: 'answerConversation',
        summary: 'Write to whoever a conversation is with',
        params: idParams,
        body: z.strictObject({ text }),
        response: answers(messageShape),
      },
    },
    async ({ params, body }) => {
      found(await conversations.get(params.id), 'conversation');
      return orRefusal(messages.answer({ conversationId: params.id, id: randomUUID(), text: body.text }));
    },
  );
}
