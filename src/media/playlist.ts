import * as z from 'zod';
import { isUrl, shownMedia } from '../calls/media-uri.ts';
import { type Playing, type PlaylistItem, playInTurn } from '../calls/playlist.ts';
import { count } from '../core/units.ts';
import type { MediaPort } from '../ports/media.ts';
import { answer, digitsHandle, language, media } from '../ports/prompt-options.ts';

/** What is to be played to a call. */
export const playOption = z.strictObject({
  stream_urls: z
    .array(media)
    .min(1)
    .max(100)
    .meta({
      description:
        'URLs of WAV or MP3, at most 50 MB and an hour each; `sound:<name>`, [uploaded](sounds.md) or of Asterisk, and `recording:<name>`; each bad one is told by `action_failed`',
      examples: [['https://media.example.com/welcome.mp3', 'sound:demo-congrats']],
    }),
  digits_handle: digitsHandle,
  loop: count('times', 1, 1_000).default(1).describe('how often the whole list is played'),
  answer,
  language: z
    .union([z.literal(''), language])
    .default('')
    .meta({
      description: 'of the sounds, where one is there in several: without it its own, else another',
      examples: ['de-DE'],
    }),
});

export type PlayOption = z.output<typeof playOption>;

export interface PlayingMedia extends Omit<Playing, 'takesBargeIn' | 'until'> {
  readonly media: MediaPort;
  /** As the author wrote the list, with placeholders: what their values say is not told of. */
  readonly written?: readonly unknown[];
}

/** Plays the list; resolves when it was heard, or the rest is not to be. @throws ActionError; the signal's reason */
export async function playAll(
  { media: medias, written, ...playing }: PlayingMedia,
  { stream_urls, digits_handle, loop, language }: PlayOption,
): Promise<void> {
  const items = stream_urls.map((media, index) =>
    playable(media, { medias, language, written: written?.[index] }),
  );
  await playInTurn({ ...playing, takesBargeIn: digits_handle === 'next' }, items, loop);
}

export interface HowToPlay {
  readonly medias: MediaPort;
  /** Of sounds, where one is there in several. */
  readonly language?: string | undefined;
  /** As its author wrote it. */
  readonly written?: unknown;
}

/** What is at a URL, or in Asterisk, as one of several things to be heard. */
export function playable(media: string, { medias, language, written }: HowToPlay): PlaylistItem {
  return {
    name: typeof written === 'string' && !isUrl(media) ? written : shownMedia(media),
    ready: (wanted) => medias.fetch(media, wanted, language),
  };
}
