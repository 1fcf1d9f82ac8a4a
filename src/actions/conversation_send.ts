import * as z from 'zod';
import { orAbort } from '../core/wait.ts';
import { defineAction } from '../flows/action.ts';
import { longestText, messageText } from '../ports/messages.ts';

export default defineAction({
  type: 'conversation_send',
  summary: 'Writes to whoever a conversation is with, in the name of the number that it is of.',
  needs: 'nothing',
  option: z.strictObject({
    conversation_id: z
      .guid('expected the id of a conversation')
      .toLowerCase()
      .meta({
        description: 'the conversation, as in `voipbin.message.conversation_id`',
        examples: ['b5ef5e64-f7ca-11ec-bbe9-9f74186a2a72'],
      }),
    text: messageText.meta({
      description: `at most ${longestText} bytes of UTF-8; no control characters but tabs and ends of lines`,
      examples: ['We call you back.'],
    }),
    sync: z
      .boolean()
      .default(false)
      .describe(
        'waits, at most 30 s, until the message has arrived, as far as that is told: by SIP that it was sent, of an SMS that the gateway has taken it, or with `ARIFLOW_SMS_REPORTS` that it is there',
      ),
  }),
  example: {
    conversation_id: 'b5ef5e64-f7ca-11ec-bbe9-9f74186a2a72',
    text: 'hello world, this is test message.',
    sync: false,
  },

  async run({ ports, uuid, signal }, { conversation_id, text, sync }) {
    const id = uuid('message');
    await orAbort(ports.messages.answer({ conversationId: conversation_id, id, text }), signal);
    if (sync) await ports.messages.arrived(id, signal);
    return undefined;
  },
});
