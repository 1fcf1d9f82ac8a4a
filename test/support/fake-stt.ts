import { ActionError } from '../../src/core/errors.ts';
import type { Scope } from '../../src/core/scope.ts';
import { within } from '../../src/core/wait.ts';
import {
  longestFlush,
  type Stt,
  SttError,
  type SttListener,
  type SttRequest,
  type SttStream,
} from '../../src/hearing/stt.ts';
import { NumberListener, type Understood } from './number-listener.ts';

/** A stream of the engine of the tests. */
export class FakeSttStream implements SttStream {
  readonly request: SttRequest;
  readonly scope: Scope;
  readonly #engine: FakeStt;
  readonly #listener: SttListener;
  readonly #ear = new NumberListener();
  #isBroken = false;
  hasEnded = false;

  constructor(engine: FakeStt, request: SttRequest, listener: SttListener, scope: Scope) {
    this.#engine = engine;
    this.request = request;
    this.#listener = listener;
    this.scope = scope;
  }

  /** Milliseconds of audio it has got. */
  get heard(): number {
    return this.#ear.heard;
  }

  get isOpen(): boolean {
    return !this.#isBroken && !this.hasEnded && !this.scope.signal.aborted;
  }

  write(samples: Int16Array): void {
    if (!this.isOpen) return;
    const news = this.#ear.hear(samples);
    if (this.heard > this.#engine.limit) return this.break(new SttError('passing', 'over the limit'));
    this.#tell(news);
  }

  async end(): Promise<boolean> {
    if (this.#isBroken) throw new SttError('passing', 'it has broken');
    const { lastWords } = this.#engine;
    if (lastWords instanceof SttError) throw lastWords;
    if (lastWords === 'never') await within(new Promise(() => undefined), longestFlush, this.scope.signal);
    else this.#tell(this.#ear.end());
    this.hasEnded = true;
    return lastWords !== 'never';
  }

  /** Says something of itself, in milliseconds of its audio. */
  say(text: string, start: number, end: number, isFinal = true): void {
    this.#listener.onHeard({ text, isFinal, start, end });
  }

  break(error = new SttError('passing', 'the connection has broken')): void {
    if (!this.isOpen) return;
    this.#isBroken = true;
    this.#listener.onBroken(error);
  }

  #tell(news: readonly Understood[]): void {
    if (this.#engine.isDeaf) return;
    for (const { words, isFinal, end } of news) {
      const text = words.map((word) => word.text).join(' ');
      this.#listener.onHeard({
        text,
        isFinal,
        start: words[0]?.start ?? 0,
        end,
        ...(isFinal && { confidence: 0.875 }),
      });
    }
  }
}

/** An engine that understands spoken numbers, and fails as the test says. */
export class FakeStt implements Stt {
  readonly name: string;
  longestStream = Number.POSITIVE_INFINITY;
  /** Milliseconds of audio after which it breaks a stream. */
  limit = Number.POSITIVE_INFINITY;
  available = true;
  problem: ActionError | undefined;
  /** What the next tries to open one fail with; the last one stays, `undefined` is none. */
  failures: (SttError | undefined)[] = [];
  lastWords: 'told' | 'never' | SttError = 'told';
  isDeaf = false;
  /** Oldest first. */
  readonly streams: FakeSttStream[] = [];
  /** Tries to open one. */
  tries = 0;
  hasClosed = false;

  constructor(name: string) {
    this.name = name;
  }

  /** The one that listens now. @throws Error where none does */
  get stream(): FakeSttStream {
    const open = this.streams.findLast(({ isOpen }) => isOpen);
    if (!open) throw new Error(`${this.name} does not listen`);
    return open;
  }

  isAvailable(): boolean {
    return this.available;
  }

  problemOf({ language }: SttRequest): ActionError | undefined {
    return language === 'xx-XX' ? new ActionError('UNKNOWN_LANGUAGE', 'nobody understands it') : this.problem;
  }

  async open(request: SttRequest, listener: SttListener, scope: Scope): Promise<SttStream> {
    scope.signal.throwIfAborted();
    this.tries += 1;
    const failure = this.failures.length > 1 ? this.failures.shift() : this.failures[0];
    if (failure) throw failure;
    const stream = new FakeSttStream(this, request, listener, scope);
    this.streams.push(stream);
    return stream;
  }

  async close(): Promise<void> {
    this.hasClosed = true;
  }
}
