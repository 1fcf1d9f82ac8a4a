import * as z from 'zod';
import { orAbort } from '../core/wait.ts';
import { defineAction } from '../flows/action.ts';
import { referenceAt } from '../flows/written.ts';
import { language } from '../ports/prompt-options.ts';
import { listen } from '../voicemail/listening.ts';
import { textsOf } from '../voicemail/phrases.ts';
import { saidOnListening } from '../voicemail/said.ts';
import { voiceEscape, voiceOption } from '../voicemail/voice.ts';
import { isOneMailbox, mailboxFor, oneMailbox, whichMailbox } from '../voicemail/which-mailbox.ts';

const key = z.string().regex(/^[0-9*#]$/, 'expected one digit of 0-9 * #');

const keys = z
  .strictObject({
    repeat: key.default('1').describe('the same once more'),
    save: key.default('2').describe('it is kept, and no new one any more'),
    delete: key.default('3').describe('it is deleted'),
    next: key.default('#').describe('it stays as it is'),
    end: key.default('*').describe('the flow goes on'),
  })
  .refine((given) => new Set(Object.values(given)).size === 5, 'expected five different keys')
  .prefault({})
  .describe('what a digit does with the message that was heard');

export default defineAction({
  type: 'mailbox',
  summary:
    'Asks for the PIN of a mailbox and plays what is in it, new messages first, to be saved or deleted by digits. Sets `voipbin.mailbox.*`.',
  needs: 'answered call',
  option: z
    .strictObject({
      ...whichMailbox,
      ask_pin: z
        .boolean()
        .default(true)
        .describe(
          'without it whoever comes here hears everything; with it a mailbox without a PIN is not opened',
        ),
      keys,
      ...voiceOption.shape,
      language: z
        .union([z.literal(''), language])
        .default('')
        .describe('of what is said; empty: that of the mailbox'),
      texts: textsOf(
        ...(['pin', 'wrong_pin', 'locked', 'summary', 'new_message', 'saved_message'] as const),
        ...(['menu', 'saved', 'deleted', 'no_more'] as const),
      ),
    })
    .refine(isOneMailbox, oneMailbox),
  example: { mailbox_id: '5b1c9c1e-8c6f-4a53-9a6e-0d6f3a0c7e11' },
  speaks: true,
  says: saidOnListening,
  escape: voiceEscape,
  refersTo: (written) => referenceAt(written, 'mailbox_id', 'mailbox'),

  async run(context, { mailbox_id, extension, ask_pin: asksPin, keys, texts, ...option }) {
    const { ports, signal, variables } = context;
    const mailbox = await orAbort(mailboxFor(ports.mailboxes, { mailbox_id, extension }), signal);
    const voice = { ...option, language: option.language || mailbox.language };
    const result = await listen(context, {
      ...{ mailbox, asksPin, keys, texts, voice },
      onCounted: (counts) =>
        variables.note({
          'voipbin.mailbox.new': String(counts.new),
          'voipbin.mailbox.saved': String(counts.saved),
        }),
    });
    variables.note({ 'voipbin.mailbox.id': mailbox.id, 'voipbin.mailbox.result': result });
    return undefined;
  },
});
