import * as z from 'zod';
import { askedPlaybacks } from '../calls/asked-playbacks.ts';
import type { Call } from '../calls/call.ts';
import type { Notes } from '../calls/notes.ts';
import { hearOut, play } from '../calls/playback.ts';
import { Prompt, type PromptOptions } from '../calls/prompt.ts';
import { ActionError } from '../core/errors.ts';
import { answer, digitsHandle, language } from '../ports/prompt-options.ts';
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
  answer,
});

export type TalkOption = z.output<typeof talkOption>;

export interface Speaking extends Notes, Pick<PromptOptions, 'id'> {
  readonly signal: AbortSignal;
}

/**
 * Says it, and resolves when it was heard, or is to be heard no more: skipped by a digit, or ended with all the call was to hear.
 * What a daemon that died has begun to say is heard to its end, and not said again.
 * @throws ActionError why it cannot be heard; the signal's reason
 */
export async function speak(
  call: Call,
  speech: SpeechPort,
  option: TalkOption,
  speaking: Speaking,
): Promise<void> {
  const { id, signal } = speaking;
  // From the beginning: what ends or skips it while the text is being spoken into its file does so as well.
  using prompt = new Prompt(call, {
    id,
    takesBargeIn: option.digits_handle === 'next',
    ...askedPlaybacks(speaking),
  });
  const ending = (await hearOut(prompt, signal)) ?? (await say(prompt, speech, option, signal));
  if (ending === 'failed') throw new ActionError('PLAYBACK_FAILED', 'Asterisk could not play the speech');
}

async function say(
  prompt: Prompt,
  speech: SpeechPort,
  { text, language, provider, voice_id, gender }: TalkOption,
  signal: AbortSignal,
): ReturnType<typeof play> {
  if (prompt.skip.aborted) return 'stopped';
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
  return media === undefined ? 'stopped' : play(prompt, media, signal);
}
