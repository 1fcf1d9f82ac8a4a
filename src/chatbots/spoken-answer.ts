import * as z from 'zod';
import type { IdOf } from '../ari/ids.ts';
import type { Call } from '../calls/call.ts';
import { hearOut, play } from '../calls/playback.ts';
import { Prompt } from '../calls/prompt.ts';
import { now } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import { onAbort, orAbort } from '../core/wait.ts';
import type { SpeechPort, SpeechRequest } from '../ports/speech.ts';
import { plainWords } from './plain-words.ts';
import { wordsIn } from './words-in.ts';

export interface SpokenAnswerOptions {
  readonly call: Call;
  readonly speech: SpeechPort;
  /** How it is spoken. */
  readonly voice: Omit<SpeechRequest, 'text'>;
  /** Of its playbacks. */
  readonly id: IdOf;
  /** One that was being spoken when the daemon died. */
  readonly left?: LeftAnswer | undefined;
  /** A sentence is about to be heard. */
  readonly onSentence: () => void;
  /** Aborted where it is to be heard no more. */
  readonly signal: AbortSignal;
}

/** How far an answer has come: its sentences so far, and how many of them Asterisk was asked to play. */
export const leftAnswer = z.object({ sentences: z.array(z.string()).readonly(), asked: z.int() });

export type LeftAnswer = z.output<typeof leftAnswer>;

interface Sentence {
  readonly text: string;
  media?: Promise<string>;
}

/** So many sentences are spoken into files before their turn. */
const ahead = 2;

/**
 * Characters a millisecond. How much was heard of a sentence that was stopped follows from how long those before it took; nobody
 * tells how long a prompt is.
 */
const usualPace = 0.014;
const slowestPace = 0.005;

/** What a chatbot says, sentence by sentence: while one is heard the next ones are made. */
export class SpokenAnswer {
  readonly #options: SpokenAnswerOptions;
  readonly #sentences: Sentence[];
  readonly #heard: string[];
  /** As many as were asked for before: the last of them may be heard just now. */
  readonly #askedBefore: number;
  #asked: number;
  /** The one that is being heard, and since when. */
  #current: { readonly text: string; readonly since: number } | undefined;
  #pace = usualPace;
  #next: number;
  #isOver = false;
  #failure: { readonly error: unknown } | undefined;
  #changed = Promise.withResolvers<void>();

  constructor(options: SpokenAnswerOptions) {
    const { sentences, asked } = options.left ?? { sentences: [], asked: 0 };
    this.#options = options;
    this.#sentences = sentences.map((text) => ({ text }));
    this.#askedBefore = asked;
    this.#asked = asked;
    this.#next = Math.max(0, asked - 1);
    this.#heard = sentences.slice(0, this.#next);
    this.#prepare();
  }

  /** As it is written down. */
  get state(): LeftAnswer {
    return { sentences: this.#sentences.map(({ text }) => text), asked: this.#asked };
  }

  /** What was heard of it, once it is heard no more. */
  get heard(): string {
    return this.#heard.join(' ');
  }

  /** Whether there was nothing to say. */
  get isEmpty(): boolean {
    return this.#sentences.length === 0;
  }

  get isBeingHeard(): boolean {
    return this.#current !== undefined;
  }

  add(sentences: readonly string[]): void {
    for (const text of sentences) this.#sentences.push({ text });
    this.#prepare();
    this.#changed.resolve();
  }

  /** Nothing is added any more; an error that has cut it is thrown behind what has come. */
  end(failure?: { readonly error: unknown }): void {
    this.#isOver = true;
    this.#failure = failure;
    this.#changed.resolve();
  }

  /** Speaks to the end. @throws ActionError why the caller cannot hear it; what cut it; the signal's reason */
  async speak(): Promise<void> {
    const { signal } = this.#options;
    for (;;) {
      const sentence = this.#sentences[this.#next];
      if (sentence && this.#next < this.#askedBefore) await this.#say(sentence.text, '');
      else if (sentence?.media) await this.#say(sentence.text, await orAbort(sentence.media, signal));
      else if (this.#isOver) break;
      else await this.#more(signal);
    }
    if (this.#failure) throw this.#failure.error;
  }

  async #more(signal: AbortSignal): Promise<void> {
    await orAbort(this.#changed.promise, signal);
    this.#changed = Promise.withResolvers();
  }

  async #say(text: string, media: string): Promise<void> {
    const { call, id, signal } = this.#options;
    const number = ++this.#next;
    this.#prepare();
    const isLeft = number <= this.#askedBefore;
    using prompt = new Prompt(call, {
      id: (kind, ...key) => id(kind, number, ...key),
      asked: isLeft ? 1 : 0,
      onAsked: () => this.#asks(number),
    });
    const since = now();
    this.#current = { text, since };
    using _ = onAbort(signal, () => this.#stopped());
    const state = (await hearOut(prompt, signal)) ?? (await play(prompt, media, signal));
    if (state === 'failed') throw new ActionError('PLAYBACK_FAILED', 'Asterisk could not play the speech');
    if (state === 'stopped') return this.#stopped(); // with all that the call was to hear
    if (!isLeft) this.#pace = Math.max(slowestPace, text.length / Math.max(1, now() - since));
    this.#heard.push(text);
    this.#current = undefined;
  }

  #asks(number: number): void {
    this.#asked = number;
    this.#options.onSentence();
  }

  /** In the moment when it is: it may take a while until it has ended. */
  #stopped(): void {
    if (!this.#current) return;
    const { text, since } = this.#current;
    const begun = wordsIn(text, (now() - since) * this.#pace);
    if (begun !== '') this.#heard.push(begun);
    this.#current = undefined;
  }

  /** Has the next ones spoken into their files. */
  #prepare(): void {
    const { speech, voice, signal } = this.#options;
    if (signal.aborted) return;
    const next = Math.max(this.#next, this.#askedBefore);
    for (const sentence of this.#sentences.slice(next, next + ahead)) {
      if (sentence.media) continue;
      sentence.media = speech.prompt({ ...voice, text: plainWords(sentence.text) }, signal);
      sentence.media.catch(() => undefined); // it is told when its turn comes
    }
  }
}
