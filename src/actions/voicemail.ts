import * as z from 'zod';
import { orAbort } from '../core/wait.ts';
import { defineAction } from '../flows/action.ts';
import { referenceAt } from '../flows/written.ts';
import { language } from '../ports/prompt-options.ts';
import { takeOption } from '../ports/recording-option.ts';
import { longestSpeech } from '../ports/speech.ts';
import { leaveWord } from '../voicemail/leaving.ts';
import { textsOf } from '../voicemail/phrases.ts';
import { reviewOption } from '../voicemail/review.ts';
import { saidOnLeaving } from '../voicemail/said.ts';
import { voiceEscape, voiceOption } from '../voicemail/voice.ts';
import { isOneMailbox, mailboxFor, oneMailbox, whichMailbox } from '../voicemail/which-mailbox.ts';

const { end_of_silence, end_of_key, min_duration } = takeOption.shape;

export default defineAction({
  type: 'voicemail',
  summary:
    'Greets the caller, beeps, and keeps what he says in a mailbox, also where he hangs up. Sets `voipbin.voicemail.*`.',
  needs: 'answered call',
  option: z
    .strictObject({
      mailbox_id: whichMailbox.mailbox_id,
      greeting: z
        .string()
        .max(longestSpeech)
        .default('')
        .meta({
          description:
            'what he hears first: a text, a URL, `sound:<name>` or `recording:<name>`; empty: the greeting of the mailbox',
          examples: ['Nobody is here. Please leave a message after the tone.'],
        }),
      ...{ end_of_silence, end_of_key, min_duration: min_duration.default(2) },
      review: reviewOption
        .optional()
        .meta({ description: 'he may hear it, record it again, or keep it', examples: [{}] }),
      ...voiceOption.shape,
      language: z
        .union([z.literal(''), language])
        .default('')
        .describe('of what is said; empty: that of the mailbox'),
      texts: textsOf('greeting', 'full'),
      extension: whichMailbox.extension,
    })
    .refine(isOneMailbox, oneMailbox),
  example: { mailbox_id: '5b1c9c1e-8c6f-4a53-9a6e-0d6f3a0c7e11', end_of_silence: 5, end_of_key: '#' },
  speaks: true,
  says: saidOnLeaving,
  escape: voiceEscape,
  refersTo: (written) => referenceAt(written, 'mailbox_id', 'mailbox'),

  async run(context, { mailbox_id, extension, greeting, review, texts, ...option }) {
    const { ports, signal, variables } = context;
    const { language, provider, voice_id, gender, ...limits } = option;
    const mailbox = await orAbort(mailboxFor(ports.mailboxes, { mailbox_id, extension }), signal);
    const file = { format: 'wav', channels: 'in', beep_start: true, digits: 'pass' } as const;
    await leaveWord(context, {
      ...{ mailbox, greeting, review, texts },
      take: { ...limits, ...file, duration: mailbox.max_duration },
      voice: { language: language || mailbox.language, provider, voice_id, gender },
      onLeft: ({ id, recordingId, duration, result }) =>
        variables.note({
          'voipbin.voicemail.id': id,
          'voipbin.voicemail.url': recordingId && ports.takes.linkTo(recordingId),
          'voipbin.voicemail.duration': String(duration),
          'voipbin.voicemail.result': result,
        }),
    });
    return undefined;
  },
});
