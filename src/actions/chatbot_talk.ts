import * as z from 'zod';
import { talkWith, targetName } from '../chatbots/talking.ts';
import { seconds } from '../core/units.ts';
import { defineAction } from '../flows/action.ts';
import { goTo } from '../flows/go-to.ts';
import { target } from '../flows/option-schemas.ts';
import { referenceAt } from '../flows/written.ts';
import { hearingHints, hearingProvider } from '../ports/hearing-option.ts';
import { language } from '../ports/prompt-options.ts';

export default defineAction({
  type: 'chatbot_talk',
  summary:
    'Lets the caller talk with a chatbot, until it ends that or sends him on, or the time is up. Sets `voipbin.chatbot.*`.',
  needs: 'answered call',
  option: z.strictObject({
    chatbot_id: z
      .guid('expected the id of a chatbot')
      .toLowerCase()
      .meta({ description: 'the chatbot', examples: ['0a5ae4f2-5e7c-4d1f-9d55-9a2f3c1f7c11'] }),
    gender: z
      .enum(['', 'male', 'female', 'neutral'])
      .default('')
      .describe('of its voice, where the chatbot names none'),
    language: language.default('en-US').describe('in which the two talk'),
    duration: seconds(0, 86_400)
      .default(600)
      .describe('how long they talk at most, in seconds; 0: no limit but that of the call'),
    hints: hearingHints.meta({
      description: 'phrases the caller is likely to say, at most 100; the local engine hears nothing else',
      examples: [['an appointment', 'the billing department']],
    }),
    stt_provider: hearingProvider.meta({
      description: 'the engine that hears the caller; empty: the first that can',
      examples: ['gcp'],
    }),
    targets: z
      .record(targetName, target)
      .refine((targets) => Object.keys(targets).length <= 20, 'expected at most 20')
      .default({})
      .meta({
        description:
          'ids of actions that the chatbot may send the caller to, by the names that it knows them by',
        examples: [{ sales: 'connect-sales' }],
      }),
  }),
  example: {
    chatbot_id: '0a5ae4f2-5e7c-4d1f-9d55-9a2f3c1f7c11',
    gender: 'female',
    language: 'en-US',
    duration: 600,
    targets: { sales: 'connect-sales' },
  },
  targets: ['targets.*'],
  speaks: true,
  hearer: () => 'stt_provider',
  refersTo: (written) => referenceAt(written, 'chatbot_id', 'chatbot'),

  async run(context, { chatbot_id, gender, language, duration, hints, stt_provider, targets }) {
    const chosen = await talkWith(context, {
      chatbotId: chatbot_id,
      voice: { language, gender: gender || undefined },
      hearing: { language, provider: stt_provider || undefined, hints },
      targets: Object.keys(targets),
      seconds: duration,
    });
    return goTo(chosen === undefined ? '' : (targets[chosen] ?? ''));
  },
});
