import { within } from '../core/wait.ts';
import type { Heard } from '../ports/hearing.ts';
import { longestFlush, SttError, type SttListener, type SttStream } from './stt.ts';
import { Unsent } from './unsent.ts';

/** A stream to a cloud: what is the same with all, whatever the protocol. */
export abstract class CloudStream implements SttStream {
  /** What is to be sent, to be taken by whoever sends it. */
  protected readonly unsent: Unsent;
  readonly #listener: SttListener;
  readonly #signal: AbortSignal;
  /** The other side has said its last word: why, where it had not been asked for. */
  readonly #over = Promise.withResolvers<SttError | undefined>();
  #isEnding = false;
  #isOver = false;

  constructor(cloud: string, listener: SttListener, signal: AbortSignal) {
    this.#listener = listener;
    this.#signal = signal;
    this.unsent = new Unsent(() => this.broken(new SttError('passing', `${cloud}: it takes no more audio`)));
  }

  /** Resolves once nothing more is heard. */
  protected get over(): Promise<unknown> {
    return this.#over.promise;
  }

  protected get isOver(): boolean {
    return this.#isOver;
  }

  write(samples: Int16Array): void {
    this.unsent.write(samples);
  }

  async end(): Promise<boolean> {
    this.#isEnding = true;
    this.unsent.end();
    const last = await within(
      this.#over.promise.then((error) => ({ error })),
      longestFlush,
      this.#signal,
    );
    this.cancel();
    if (last?.error) throw last.error;
    return last !== undefined;
  }

  /** Nothing is told any more, nor sent. */
  cancel(): void {
    this.#isOver = true;
    this.unsent.drop();
  }

  protected heard(heard: Heard): void {
    if (!this.#isOver) this.#listener.onHeard(heard);
  }

  /** The other side has ended it, as is right once the audio has ended and not before. */
  protected ended(early: SttError): void {
    if (this.#isEnding) this.#finish(undefined);
    else this.broken(early);
  }

  protected broken(error: SttError): void {
    const isNews = !this.#isOver && !this.#isEnding;
    this.#finish(error);
    if (isNews) this.#listener.onBroken(error);
  }

  #finish(error: SttError | undefined): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.unsent.drop();
    this.#over.resolve(error);
  }
}
