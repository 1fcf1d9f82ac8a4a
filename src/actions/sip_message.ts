import * as z from 'zod';
import { runErrand } from '../calls/errand.ts';
import { ActionError } from '../core/errors.ts';
import { defineAction } from '../flows/action.ts';

/** How long Asterisk may take to send it, in milliseconds. */
const patience = 40_000;

const option = z.strictObject({
  text: z
    .string()
    .min(1)
    .max(4_000)
    .meta({ description: 'at most 4 000 characters', examples: ['https://clinic.example.com/map'] }),
  content_type: z
    .string()
    .regex(/^[a-z]{1,32}\/[A-Za-z0-9.+-]{1,64}$/, 'expected a type such as text/plain')
    .default('text/plain')
    .meta({ description: 'what the text is', examples: ['application/json'] }),
});

export default defineAction({
  type: 'sip_message',
  summary: 'Sends the phone of the call a text inside the call (MESSAGE), and goes on when it is out.',
  needs: 'answered call',
  option,
  example: { text: 'Your ticket is 4711.' },

  async run({ call, id, signal }, { text, content_type }) {
    const errand = {
      context: 'ariflow-text',
      id: id('text'),
      // SendText reads escapes in it.
      variables: { SENDTEXT_BODY: text.replaceAll('\\', '\\\\'), SENDTEXT_CONTENT_TYPE: content_type },
      result: 'SENDTEXTSTATUS',
      patience,
      failure: 'MESSAGE_FAILED',
    } as const;
    const status = await runErrand(call, errand, signal);
    if (status !== 'SUCCESS') throw new ActionError('MESSAGE_FAILED', 'Asterisk does not send the text');
  },
});
