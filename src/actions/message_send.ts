import * as z from 'zod';
import { addressSchema } from '../calls/address.ts';
import { orAbort } from '../core/wait.ts';
import { defineAction } from '../flows/action.ts';
import { agentsOf } from '../flows/written-addresses.ts';
import { longestText, messageText, mostRecipients } from '../ports/messages.ts';

export default defineAction({
  type: 'message_send',
  summary:
    'Writes to people: a `tel` gets an SMS, the others a SIP MESSAGE. Goes on at once; the message is sent whatever becomes of the call.',
  needs: 'nothing',
  option: z.strictObject({
    source: addressSchema.describe('who writes; a `tel` must be one of the numbers here'),
    destinations: z
      .array(addressSchema)
      .min(1)
      .max(mostRecipients)
      .describe(`to whom, 1 to ${mostRecipients}; an agent at all his addresses`),
    text: messageText.meta({
      description: `at most ${longestText} bytes of UTF-8; no control characters but tabs and ends of lines`,
      examples: ['Your appointment is at ${appointment}.'],
    }),
  }),
  example: {
    source: { type: 'tel', target: '+11111111111111' },
    destinations: [{ type: 'tel', target: '+222222222222222' }],
    text: 'hello, this is test message.',
  },
  refersTo: agentsOf,

  async run({ ports, uuid, signal }, { source, destinations, text }) {
    // Once begun it is carried out; whoever hangs up only does not wait for it.
    await orAbort(ports.messages.send({ id: uuid('message'), source, destinations, text }), signal);
    return undefined;
  },
});
