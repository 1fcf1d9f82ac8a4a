import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { addressSchema } from '../../calls/address.ts';
import { type MessageRecord, targetStatuses } from '../../messages/message-record.ts';
import { longestText, messageText, mostRecipients } from '../../ports/messages.ts';
import type { Api } from '../api.ts';
import { listRoute, recordRoutes } from '../collection.ts';
import { component } from '../components.ts';
import { refusedAt } from '../message-refusal.ts';
import type { Parts } from '../parts.ts';
import { address } from '../party.ts';
import { orRefusal } from '../refusal.ts';
import { settled, stored } from '../settled.ts';
import { answers, customer, id, idOf, idParams, lifespan, numberFilter, searchIn, when } from '../shapes.ts';

const target = z.object({
  destination: address.meta({ description: 'to whom' }),
  status: z.enum(targetStatuses).meta({
    description:
      '`queued`: to be tried, or tried again; `sent`: whoever carries it has taken it; `delivered`, `failed`: so it was told, or given up; `received`: it came in',
  }),
  conversation_id: idOf('the conversation it is of'),
  reason: z
    .string()
    .meta({ description: 'what was wrong with the last try; empty: nothing', examples: ['http_503'] }),
  tm_update: when('its status was last changed'),
});

export const messageShape: z.ZodType<MessageRecord> = component(
  'Message',
  z.object({
    id,
    customer_id: customer,
    type: z.literal('sms').meta({ description: 'a text, whichever way it goes' }),
    source: address.meta({ description: 'who has written' }),
    targets: z.array(target).meta({ description: 'to whom, and what became of it there' }),
    text: z.string().meta({ description: 'what was written', examples: ['See you on Monday.'] }),
    medias: z.array(z.string()).meta({ description: 'always empty', examples: [[]] }),
    direction: z.enum(['inbound', 'outbound']).meta({ description: 'seen from here' }),
    ...lifespan,
  }),
);

export const text = messageText.meta({
  description: `what is written, at most ${longestText} bytes of UTF-8`,
  examples: ['See you on Monday.'],
});

const narrowedBy = {
  direction: z
    .enum(['inbound', 'outbound'])
    .optional()
    .meta({ description: 'only those that came in, or went out' }),
  number: numberFilter,
  search: searchIn('the numbers and names of who has written, and to whom'),
};

const creation = z.strictObject({
  source: addressSchema.meta({ description: 'who writes; a `tel` must be one of the numbers here' }),
  destinations: z
    .array(addressSchema)
    .min(1)
    .max(mostRecipients)
    .meta({
      description: `to whom, 1 to ${mostRecipients}: an SMS to each \`tel\`, a SIP MESSAGE to the others`,
    }),
  text,
});

const arrival = z.strictObject({
  source: addressSchema.meta({ description: 'who has written' }),
  destination: addressSchema.meta({ description: 'the number he has written to' }),
  text,
  reference: z
    .string()
    .max(200)
    .default('')
    .meta({
      description: 'the id that the gateway has for it: brought twice it is taken once',
      examples: ['SM90c6fc909d8504d45ecdb3a3d5b3556e'],
    }),
});

const report = z.strictObject({
  status: z
    .enum(['sent', 'delivered', 'failed'])
    .meta({ description: 'what became of it; what is less than what is known changes nothing' }),
  destination: z
    .string()
    .max(255)
    .default('')
    .meta({ description: 'of which target; needed where there are several', examples: ['+4917012345'] }),
  reason: z
    .string()
    .max(200)
    .regex(/^[^\p{Cc}]*$/u, 'expected one line')
    .default('')
    .meta({ description: 'why it has failed', examples: ['unknown subscriber'] }),
});

const tags = ['messages'];

export function messageRoutes(api: Api, parts: Parts): void {
  const { messages } = parts;
  listOfMessages(api, parts);
  recordRoutes(api, {
    path: 'messages',
    what: 'message',
    store: {
      get: async (id) => messages.get(id),
      delete: (id) => stored(parts, messages.delete(id)),
    },
    shown: messageShape,
    show: (message) => message,
  });

  api.post(
    '/messages',
    {
      schema: {
        tags,
        operationId: 'createMessage',
        summary: 'Write to people: answered once it is sure to be sent',
        body: creation,
        response: answers(messageShape),
      },
    },
    async ({ body }) => {
      await refusedAt(body, parts.messageWays);
      return orRefusal(messages.send({ id: randomUUID(), ...body }));
    },
  );

  gatewayRoutes(api, parts);
}

function listOfMessages(api: Api, parts: Parts): void {
  listRoute(api, {
    path: 'messages',
    shown: messageShape,
    narrowedBy,
    list: async (...asked) => {
      await settled(parts);
      return parts.store.messages.list(...asked);
    },
  });
}

/** What only a gateway for SMS asks, with a token of its own. */
function gatewayRoutes(api: Api, { inbox, messages }: Parts): void {
  api.post(
    '/messages/inbound',
    {
      schema: {
        tags,
        operationId: 'receiveMessage',
        summary: 'Bring a message that has come in: for a gateway',
        body: arrival,
        response: answers(messageShape),
      },
    },
    ({ body }) => orRefusal(inbox.receive(body)),
  );

  api.post(
    '/messages/:id/status',
    {
      schema: {
        tags,
        operationId: 'reportMessage',
        summary: 'Tell what has become of a message: for a gateway',
        params: idParams,
        body: report,
        response: answers(messageShape),
      },
    },
    ({ params, body }) => messages.report(params.id, body),
  );
}
