import * as z from 'zod';
import type { Call } from '../calls/call.ts';
import { play } from '../calls/playback.ts';
import { ActionError } from '../core/errors.ts';
import { defineAction } from '../flows/action.ts';
import { failureOf } from '../flows/failure.ts';
import { digitsHandle, language } from '../flows/option-schemas.ts';
import { isSsml, longestSpeech, type Services } from '../flows/services.ts';

const option = z.strictObject({
  text: z.string().min(1).max(longestSpeech),
  language: language.default('en-US'),
  provider: z.enum(['', 'gcp', 'aws', 'local']).default(''),
  voice_id: z.string().max(128).default(''),
  gender: z.enum(['', 'male', 'female', 'neutral']).default(''),
  digits_handle: digitsHandle,
  async: z.boolean().default(false),
});

export default defineAction({
  type: 'talk',
  summary:
    'Speaks text or SSML to the caller and waits for the end, or for a digit with `digits_handle: next`.',
  needs: 'answered call',
  option,
  example: { text: 'Hello. Welcome.', language: 'en-US' },

  escape: (path, { text }) => (path === 'text' && typeof text === 'string' && isSsml(text) ? 'xml' : 'none'),

  async run({ action, call, services, signal, publish }, wanted) {
    if (!wanted.async) return speak(call, services, wanted, signal);
    call.scope.spawn('talk', async () => {
      try {
        await speak(call, services, wanted, call.hangupSignal);
      } catch (error) {
        if (call.hangupSignal.aborted) return;
        const { code, message } = failureOf(error);
        publish({
          type: 'action_failed',
          data: { action: { id: action.id, type: action.type }, code, message },
        });
      }
    });
    return undefined;
  },
});

async function speak(
  call: Call,
  services: Services,
  wanted: z.output<typeof option>,
  signal: AbortSignal,
): Promise<undefined> {
  // From the beginning: a digit pressed while the text is being spoken into its file skips it as well.
  using skip = wanted.digits_handle === 'next' ? call.digits.bargeIn() : undefined;
  const { text, language, provider, voice_id, gender } = wanted;
  const request = {
    text,
    language,
    provider: provider || undefined,
    voice: voice_id || undefined,
    gender: gender || undefined,
  };
  const media = await services.speech.prompt(request, signal);
  const state = await play(call, media, { signal, bargeIn: skip?.signal });
  if (state === 'failed') throw new ActionError('PLAYBACK_FAILED', 'Asterisk could not play the speech');
}
