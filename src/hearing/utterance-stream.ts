import type { Scope } from '../core/scope.ts';
import { within } from '../core/wait.ts';
import { longestFlush, mostUnsent, SttError, type SttListener, type SttStream, sttErrorOf } from './stt.ts';
import { type Utterance, Utterances } from './utterances.ts';

/** Asks what is said in samples, as soon as it is their turn. */
export type Ask = (samples: Int16Array, onBegun: () => void, signal: AbortSignal) => Promise<string>;

/** Whoever has said so much without a breath is asked about: the answer shall not come long after it was said. */
const longestUtterance = 10_000;

/** Asks about each utterance of a stream, and tells the answers in the order of the audio. Its scope ends with it. */
export class UtteranceStream implements SttStream {
  readonly #ask: Ask;
  readonly #listener: SttListener;
  readonly #scope: Scope;
  readonly #utterances = new Utterances((utterance) => this.#take(utterance), { longest: longestUtterance });
  /** Milliseconds of audio whose turn has not come. */
  #waiting = 0;
  /** The answers so far. */
  #told: Promise<void> = Promise.resolve();
  #ending: Promise<boolean> | undefined;
  #broken: SttError | undefined;

  constructor(ask: Ask, listener: SttListener, scope: Scope) {
    this.#ask = ask;
    this.#listener = listener;
    this.#scope = scope;
  }

  write(samples: Int16Array): void {
    if (!this.#ending && !this.#scope.signal.aborted) this.#utterances.hear(samples);
  }

  end(): Promise<boolean> {
    this.#ending ??= this.#finish();
    return this.#ending;
  }

  async #finish(): Promise<boolean> {
    if (this.#broken) throw this.#broken;
    this.#scope.signal.throwIfAborted();
    this.#utterances.end();
    try {
      const told = this.#told.then(() => true);
      return (await within(told, longestFlush, this.#scope.signal)) ?? false;
    } catch (error) {
      throw this.#broken ?? error;
    } finally {
      await this.#scope.close();
    }
  }

  #take(utterance: Utterance): void {
    const { signal } = this.#scope;
    if (signal.aborted) return;
    const length = utterance.end - utterance.start;
    this.#waiting += length;
    const hasBegun = (): void => {
      this.#waiting -= length;
    };
    const answer = this.#ask(utterance.samples, hasBegun, signal);
    answer.catch(() => undefined); // heard of in its turn
    const before = this.#told;
    this.#told = before.then(async () => this.#tell(utterance, await answer)).catch(this.#break);
    if (this.#waiting > mostUnsent) this.#break(new SttError('passing', 'the engine does not keep up'));
  }

  #tell({ start, end }: Utterance, text: string): void {
    if (text !== '' && !this.#scope.signal.aborted)
      this.#listener.onHeard({ text, isFinal: true, start, end });
  }

  readonly #break = (error: unknown): void => {
    if (this.#scope.signal.aborted) return;
    this.#broken = sttErrorOf(error, 'the engine was not asked');
    void this.#scope.close();
    if (!this.#ending) this.#listener.onBroken(this.#broken);
  };
}
