import * as z from 'zod';
import type { Call } from '../calls/call.ts';
import { play } from '../calls/playback.ts';
import { Prompt, type PromptOptions } from '../calls/prompt.ts';
import { ActionError } from '../core/errors.ts';
import { digitsHandle, language } from '../ports/prompt-options.ts';
import { longestSpeech, type SpeechPort } from '../ports/speech.ts';

/** What is to be said to a call, and how. */
export const talkOption = z.strictObject({
  text: z
    .string()
    .min(1)
    .max(longestSpeech)
    .meta({
      description: 'plain text or SSML, at most 5 000 characters: see [speech](speech.md)',
      examples: ['Hello. Welcome.'],
    }),
  language: language.default('en-US').describe('of the text, and of its voice'),
  provider: z
    .enum(['', 'gcp', 'aws', 'openai', 'local'])
    .default('')
    .meta({ description: 'who speaks; empty: the first of these that can', examples: ['gcp'] }),
  voice_id: z
    .string()
    .max(128)
    .default('')
    .meta({ description: 'a voice of the provider, by its own name of it', examples: ['en-us+f3'] }),
  gender: z
    .enum(['', 'male', 'female', 'neutral'])
    .default('')
    .describe('of the voice, where no `voice_id` says'),
  digits_handle: digitsHandle,
  async: z.boolean().default(false).describe('the flow goes on at once; at most 10 wait to be heard'),
});

export type TalkOption = z.output<typeof talkOption>;

/**
 * Says it, and resolves when it was heard, or is to be heard no more: skipped by a digit, or ended with all the call was to hear.
 * @throws ActionError why it cannot be heard; the signal's reason
 */
export async function speak(
  call: Call,
  speech: SpeechPort,
  option: TalkOption,
  { id, signal }: Pick<PromptOptions, 'id'> & { readonly signal: AbortSignal },
): Promise<void> {
  // From the beginning: what ends or skips it while the text is being spoken into its file does so as well.
  using prompt = new Prompt(call, { id, takesBargeIn: option.digits_handle === 'next' });
  if (prompt.skip.aborted) return;
  const { text, language, provider, voice_id, gender } = option;
  const request = {
    text,
    language,
    provider: provider || undefined,
    voice: voice_id || undefined,
    gender: gender || undefined,
  };
  const wanted = AbortSignal.any([signal, prompt.skip]);
  const media = await speech.prompt(request, wanted).catch((error: unknown) => {
    signal.throwIfAborted();
    if (!wanted.aborted) throw error;
  });
  if (media === undefined) return;
  const state = await play(prompt, media, signal);
  if (state === 'failed') throw new ActionError('PLAYBACK_FAILED', 'Asterisk could not play the speech');
}
