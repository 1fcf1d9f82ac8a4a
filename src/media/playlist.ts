import * as z from 'zod';
import type { Call } from '../calls/call.ts';
import { isUrl, shownMedia } from '../calls/media-uri.ts';
import type { Notes } from '../calls/notes.ts';
import { hearOut, play } from '../calls/playback.ts';
import { Prompt, type PromptOptions } from '../calls/prompt.ts';
import { ActionError } from '../core/errors.ts';
import { prefetch } from '../core/prefetch.ts';
import { count } from '../core/units.ts';
import type { MediaPort } from '../ports/media.ts';
import { digitsHandle, media } from '../ports/prompt-options.ts';

/** What is to be played to a call. */
export const playOption = z.strictObject({
  stream_urls: z
    .array(media)
    .min(1)
    .max(100)
    .meta({
      description:
        'URLs of WAV or MP3, at most 50 MB and an hour each; `sound:<name>` and `recording:<name>` of Asterisk; each bad one is told by `action_failed`',
      examples: [['https://media.example.com/welcome.mp3', 'sound:demo-congrats']],
    }),
  digits_handle: digitsHandle,
  loop: count('times', 1, 1_000).default(1).describe('how often the whole list is played'),
});

export type PlayOption = z.output<typeof playOption>;

export interface Playing extends Notes, Pick<PromptOptions, 'id'> {
  readonly call: Call;
  readonly media: MediaPort;
  readonly signal: AbortSignal;
  /** As the author wrote the list, with placeholders: what their values say is not told of. */
  readonly written?: readonly unknown[];
  /** One of several cannot be played. */
  readonly onSkipped: (index: number, error: unknown) => void;
}

/** Where a list is, as it is written down: what is next, which could not be played, and how many playbacks were asked for. */
const progress = z.object({
  round: z.int(),
  next: z.int(),
  bad: z.array(z.int()).readonly(),
  asked: z.int(),
});

type Progress = z.output<typeof progress>;

const beginning: Progress = { round: 0, next: 0, bad: [], asked: 0 };

/**
 * Plays one after the other; resolves when all were heard, or the rest is not to be: skipped by a digit, or ended with all the
 * call was to hear. Whatever else is to be heard comes between two. Begun again it goes on with the very one it was at.
 * @throws ActionError when nothing can be played; the signal's reason
 */
export async function playAll(
  playing: Playing,
  { stream_urls, digits_handle, loop }: PlayOption,
): Promise<void> {
  const { call, id, signal } = playing;
  const left = playing.left(progress) ?? beginning;
  using prompt = new Prompt(call, {
    id,
    takesBargeIn: digits_handle === 'next',
    asked: left.asked,
    onAsked: (asked) => list.asks(asked),
  });
  const list = new Playlist(playing, { medias: stream_urls, left }, prompt);
  await hearOut(prompt, signal);
  for (let { round } = left; round < loop && !prompt.skip.aborted; round++) await list.play(round);
}

interface Item {
  readonly index: number;
  readonly media: string;
}

/** What Asterisk is to play, or why it cannot. */
type Ready = { readonly media: string } | { readonly failure: unknown };

class Playlist {
  readonly #playing: Playing;
  readonly #prompt: Prompt;
  readonly #isAlone: boolean;
  /** Those that could be played so far: a bad one is told of once. */
  #items: readonly Item[];
  #at: Progress;

  constructor(
    playing: Playing,
    { medias, left }: { readonly medias: readonly string[]; readonly left: Progress },
    prompt: Prompt,
  ) {
    this.#playing = playing;
    this.#prompt = prompt;
    this.#at = left;
    this.#isAlone = medias.length === 1;
    const items = medias.map((item, index) => ({ index, media: item }));
    this.#items = items.filter(({ index }) => !left.bad.includes(index));
  }

  /** Once to the end, or to what skips the rest. @throws ActionError when nothing of it can be played. */
  async play(round: number): Promise<void> {
    if (round !== this.#at.round) this.#at = { ...this.#at, round, next: 0 };
    const items = this.#items.filter(({ index }) => index >= this.#at.next);
    for await (const [item, ready] of prefetch(items, (next) => this.#prepare(next))) {
      if (this.#prompt.skip.aborted) return;
      this.#at = { ...this.#at, next: item.index + 1 };
      const failure = await this.#playItem(ready, this.#nameOf(item));
      if (failure !== undefined) this.#isBad(item, failure);
    }
    this.#items = this.#items.filter(({ index }) => !this.#at.bad.includes(index));
    if (this.#items.length === 0)
      throw new ActionError('PLAYBACK_FAILED', 'nothing of the list could be played');
  }

  /** So many playbacks have been asked for, with the one of this item. */
  asks(asked: number): void {
    this.#keep({ asked });
  }

  #isBad({ index }: Item, failure: unknown): void {
    if (this.#isAlone) throw failure;
    this.#playing.onSkipped(index, failure);
    this.#keep({ bad: [...this.#at.bad, index] });
  }

  #keep(change: Partial<Progress>): void {
    this.#at = { ...this.#at, ...change };
    this.#playing.keep(this.#at);
  }

  /** Answers why it could not be played. */
  async #playItem(ready: Ready, name: string): Promise<unknown> {
    const { signal } = this.#playing;
    if ('failure' in ready) return ready.failure;
    try {
      // One by one: in a list of its own Asterisk hides which item failed.
      const state = await play(this.#prompt, ready.media, signal);
      return state === 'failed'
        ? new ActionError('PLAYBACK_FAILED', `Asterisk could not play ${name}`)
        : undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ActionError) || error.code !== 'RECORDING_NOT_FOUND') return error;
      return new ActionError(error.code, `there is no such recording: ${name}`, { cause: error.cause });
    }
  }

  #nameOf({ index, media }: Item): string {
    const written = this.#playing.written?.[index];
    return typeof written === 'string' && !isUrl(media) ? written : shownMedia(media);
  }

  async #prepare({ media }: Item): Promise<Ready> {
    const { media: medias, signal } = this.#playing;
    const wanted = AbortSignal.any([signal, this.#prompt.skip]);
    try {
      return { media: isUrl(media) ? await medias.fetch(media, wanted) : media };
    } catch (failure) {
      signal.throwIfAborted();
      return { failure };
    }
  }
}
