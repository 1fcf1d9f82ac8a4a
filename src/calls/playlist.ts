import * as z from 'zod';
import { ActionError } from '../core/errors.ts';
import { prefetch } from '../core/prefetch.ts';
import type { Call } from './call.ts';
import { soundNameIn } from './media-uri.ts';
import type { Notes } from './notes.ts';
import { hearOut, play } from './playback.ts';
import { Prompt, type PromptOptions } from './prompt.ts';

/** One of several things to be heard. */
export interface PlaylistItem {
  /** How a failure names it. */
  readonly name: string;
  /** Resolves to what Asterisk is to play. @throws ActionError why it cannot be heard */
  ready(wanted: AbortSignal): Promise<string>;
}

export interface Playing extends Notes, Pick<PromptOptions, 'id' | 'takesBargeIn' | 'until'> {
  readonly call: Call;
  readonly signal: AbortSignal;
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
export async function playInTurn(playing: Playing, items: readonly PlaylistItem[], loop = 1): Promise<void> {
  const { call, id, takesBargeIn = false, until, signal } = playing;
  const left = playing.left(progress) ?? beginning;
  using prompt = new Prompt(call, {
    ...{ id, takesBargeIn, until },
    asked: left.asked,
    onAsked: (asked) => list.asks(asked),
  });
  const list = new Playlist(playing, { items, left }, prompt);
  await hearOut(prompt, signal);
  for (let { round } = left; round < loop && !prompt.skip.aborted; round++) await list.play(round);
}

/** What Asterisk is to play, or why it cannot. */
type Ready = { readonly media: string } | { readonly failure: unknown };

type Indexed = readonly [index: number, item: PlaylistItem];

class Playlist {
  readonly #playing: Playing;
  readonly #prompt: Prompt;
  readonly #isAlone: boolean;
  /** Those that could be played so far: a bad one is told of once. */
  #items: readonly Indexed[];
  #at: Progress;

  constructor(
    playing: Playing,
    { items, left }: { readonly items: readonly PlaylistItem[]; readonly left: Progress },
    prompt: Prompt,
  ) {
    this.#playing = playing;
    this.#prompt = prompt;
    this.#at = left;
    this.#isAlone = items.length === 1;
    this.#items = [...items.entries()].filter(([index]) => !left.bad.includes(index));
  }

  /** Once to the end, or to what skips the rest. @throws ActionError when nothing of it can be played. */
  async play(round: number): Promise<void> {
    if (round !== this.#at.round) this.#at = { ...this.#at, round, next: 0 };
    const items = this.#items.filter(([index]) => index >= this.#at.next);
    for await (const [[index, item], ready] of prefetch(items, (next) => this.#prepare(next))) {
      if (this.#prompt.skip.aborted) return;
      this.#at = { ...this.#at, next: index + 1 };
      const failure = await this.#playItem(ready, item.name);
      if (failure !== undefined) this.#isBad(index, failure);
    }
    this.#items = this.#items.filter(([index]) => !this.#at.bad.includes(index));
    if (this.#items.length === 0)
      throw new ActionError('PLAYBACK_FAILED', 'nothing of the list could be played');
  }

  /** So many playbacks have been asked for, with the one of this item. */
  asks(asked: number): void {
    this.#keep({ asked });
  }

  #isBad(index: number, failure: unknown): void {
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
      return state === 'failed' ? await this.#failureOf(ready.media, name) : undefined;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ActionError) || error.code !== 'RECORDING_NOT_FOUND') return error;
      return new ActionError(error.code, `there is no such recording: ${name}`, { cause: error.cause });
    }
  }

  async #failureOf(media: string, name: string): Promise<ActionError> {
    const { call, signal } = this.#playing;
    const sound = soundNameIn(media);
    const isMissing = sound !== undefined && (await call.ari.sounds.has(sound, signal)) === false;
    const message = isMissing
      ? `there is no such sound, uploaded or of Asterisk: ${name}`
      : `Asterisk could not play ${name}`;
    return new ActionError('PLAYBACK_FAILED', message);
  }

  async #prepare([, item]: Indexed): Promise<Ready> {
    const { signal } = this.#playing;
    try {
      return { media: await item.ready(AbortSignal.any([signal, this.#prompt.skip])) };
    } catch (failure) {
      signal.throwIfAborted();
      return { failure };
    }
  }
}
