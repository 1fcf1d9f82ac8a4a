import * as z from 'zod';
import type { PlaylistItem } from '../calls/playlist.ts';
import type { Escape } from '../flows/substitute.ts';
import { urlEscape } from '../flows/url-escape.ts';
import { listIn, objectIn, type WrittenOption } from '../flows/written.ts';
import { playable } from '../media/playlist.ts';
import type { MediaPort } from '../ports/media.ts';
import { language, media } from '../ports/prompt-options.ts';
import { isSsml, type SpeechPort, type SpeechRequest } from '../ports/speech.ts';
import { talkOption } from '../speech/speaking.ts';

const { text, provider, voice_id, gender } = talkOption.shape;

/** One thing to be heard: what is said, or what is played. */
const prompt = z
  .strictObject({
    text: text.optional().meta({
      description: 'what is said: plain text or SSML, at most 5 000 characters',
      examples: ['For sales, press 1.'],
    }),
    stream_url: media.optional().meta({
      description: 'what is played instead: the URL of WAV or MP3, `sound:<name>` or `recording:<name>`',
      examples: ['sound:demo-congrats'],
    }),
    language: language.optional().meta({
      description: 'of the text; missing: that of the action, with its voice',
      examples: ['de-DE'],
    }),
    voice_id: z
      .string()
      .min(1)
      .max(128)
      .optional()
      .meta({
        description: 'likewise: a voice of the provider',
        examples: ['de+f2'],
      }),
  })
  .refine((given) => (given.text === undefined) !== (given.stream_url === undefined), {
    error: 'expected either `text` or `stream_url`',
  });

export type WrittenPrompt = z.output<typeof prompt>;

/** Several, one after the other. */
export const promptList = z.array(prompt).max(20);

/** In whose voice a list of prompts is spoken. */
export const voiceOption = {
  language: language.default('en-US').describe('of the texts, and of what is said to it'),
  provider,
  voice_id,
  gender,
};

export interface Voice {
  readonly language: string;
  readonly provider: z.output<typeof provider>;
  readonly voice_id: string;
  readonly gender: z.output<typeof gender>;
}

/** Somebody who speaks and plays. */
export interface Sounds {
  readonly speech: SpeechPort;
  readonly media: MediaPort;
}

/** A thing to be heard, and where it stands in its option. */
export interface PlacedItem extends PlaylistItem {
  readonly path: string;
}

/** The prompts of a list of the option, ready to be played; `written` is the option as its author wrote it. */
export function itemsOf(
  key: string,
  prompts: readonly WrittenPrompt[],
  {
    sounds,
    voice,
    written,
  }: { readonly sounds: Sounds; readonly voice: Voice; readonly written: WrittenOption },
): readonly PlacedItem[] {
  const asWritten = listIn(written[key]).map(objectIn);
  return prompts.map((prompt, index): PlacedItem => {
    const { text, stream_url = '' } = prompt;
    const item =
      text === undefined
        ? playable(stream_url, {
            medias: sounds.media,
            language: prompt.language ?? voice.language,
            written: asWritten[index]?.stream_url,
          })
        : spoken({ ...prompt, text }, { speech: sounds.speech, voice });
    return { ...item, path: `${key}[${index}]` };
  });
}

/** A text as one of several things to be heard. */
export function spoken(
  { text, language, voice_id }: { readonly text: string } & Pick<WrittenPrompt, 'language' | 'voice_id'>,
  { speech, voice }: { readonly speech: SpeechPort; readonly voice: Voice },
): PlaylistItem {
  // A voice speaks one language.
  const own = voice_id ?? (language === undefined ? voice.voice_id : '');
  const request: SpeechRequest = {
    text,
    language: language ?? voice.language,
    provider: voice.provider || undefined,
    voice: own || undefined,
    gender: voice.gender || undefined,
  };
  return { name: 'the text', ready: (wanted) => speech.prompt(request, wanted) };
}

/** How values are written into prompts, wherever a list of them stands in an option. */
export function promptEscape(path: string, option: WrittenOption): Escape {
  const [, key = '', index, field] = /^(\w+)\[(\d+)\]\.(text|stream_url)$/.exec(path) ?? [];
  const written = objectIn(listIn(option[key])[Number(index)])[field ?? ''];
  if (typeof written !== 'string') return 'none';
  if (field === 'text') return isSsml(written) ? 'xml' : 'none';
  return /^(sound|recording):/.test(written) ? 'none' : urlEscape(path, path, { [path]: written });
}
