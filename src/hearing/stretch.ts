import type { Breaker, Try } from '../core/breaker.ts';
import { now } from '../core/clock.ts';
import type { Scope } from '../core/scope.ts';
import { after } from '../core/wait.ts';
import type { Heard } from '../ports/hearing.ts';
import type { KeptAudio } from './kept-audio.ts';
import { type Stt, SttError, type SttRequest, type SttStream, sampleRate, sttErrorOf } from './stt.ts';

/** An engine, and what is known of its failures, whoever asked it. */
export interface Engine {
  readonly stt: Stt;
  readonly breaker: Breaker;
}

export interface StretchListener {
  /** In milliseconds of the whole audio. */
  readonly onHeard: (stretch: Stretch, heard: Heard) => void;
  readonly onBroken: (stretch: Stretch, error: SttError) => void;
}

export interface StretchOptions {
  readonly request: SttRequest;
  readonly listener: StretchListener;
  /** Also while the engine is left alone: there is no other. */
  readonly isUrgent: boolean;
}

/** A stream that has lived so long has been no failure, whatever ends it then. */
const provenAfter = 5_000;
const perMillisecond = sampleRate / 1_000;

/** What one stream of an engine hears: a stretch of the whole audio. */
export class Stretch {
  readonly engine: Engine;
  readonly #listener: StretchListener;
  readonly #scope: Scope;
  readonly #try: Try | undefined;
  readonly #opened = now();
  #stream: SttStream | undefined;
  #from = 0;
  #fed = 0;
  #isProven = false;
  #error: SttError | undefined;

  /** One that has no audio yet. @throws SttError; the scope's reason */
  static async open(
    engine: Engine,
    { request, listener, isUrgent }: StretchOptions,
    outer: Scope,
  ): Promise<Stretch> {
    const attempt = engine.breaker.enter();
    if (!attempt && !isUrgent)
      throw new SttError('passing', `${engine.stt.name}: it has failed, and is left alone for now`);
    const stretch = new Stretch(engine, listener, outer.child(), attempt);
    try {
      await stretch.#open(request);
      return stretch;
    } catch (error) {
      stretch.close();
      outer.signal.throwIfAborted();
      attempt?.failed('passing');
      throw sttErrorOf(error, `${engine.stt.name}: it does not open`);
    }
  }

  private constructor(engine: Engine, listener: StretchListener, scope: Scope, attempt: Try | undefined) {
    this.engine = engine;
    this.#listener = listener;
    this.#scope = scope;
    this.#try = attempt;
    const proven = after(provenAfter, () => this.#prove());
    scope.defer(() => {
      proven[Symbol.dispose]();
      attempt?.[Symbol.dispose]();
    });
  }

  /** With which sample of the whole audio it begins. */
  get from(): number {
    return this.#from;
  }

  /** Up to which it has got. */
  get fed(): number {
    return this.#fed;
  }

  /** Whether it has been of use. */
  get isProven(): boolean {
    return this.#isProven;
  }

  /** How old it is, in milliseconds: by the clock or by its audio, of which its limit may be. */
  get age(): number {
    return Math.max(now() - this.#opened, (this.#fed - this.#from) / perMillisecond);
  }

  /** Its audio begins with this sample. */
  begin(sample: number): void {
    this.#from = sample;
    this.#fed = sample;
  }

  /** Gets so many samples more, of those there are. */
  feed(kept: KeptAudio, samples: number): void {
    const from = this.#fed;
    this.#fed = Math.min(from + samples, kept.end);
    for (const part of kept.between(from, this.#fed)) this.#stream?.write(part);
  }

  /** There is no more audio: whether its last words were told. @throws SttError where they cannot be heard; the scope's reason */
  async end(): Promise<boolean> {
    return (await this.#stream?.end()) ?? false;
  }

  /** What it hears from now on is nobody's. */
  close(): void {
    void this.#scope.close();
  }

  async #open(request: SttRequest): Promise<void> {
    const listener = {
      onHeard: (heard: Heard) => this.#heard(heard),
      onBroken: (error: SttError) => this.#broken(error),
    };
    this.#stream = await this.engine.stt.open(request, listener, this.#scope);
    if (this.#error) throw this.#error;
  }

  #heard({ start, end, ...heard }: Heard): void {
    if (this.#scope.signal.aborted) return;
    this.#prove();
    const begun = this.#from / perMillisecond;
    const most = this.#fed / perMillisecond;
    this.#listener.onHeard(this, {
      ...heard,
      start: Math.min(begun + start, most),
      end: Math.min(begun + end, most),
    });
  }

  #broken(error: SttError): void {
    if (this.#scope.signal.aborted) return;
    this.#error = error;
    if (!this.#stream) return;
    if (!this.#isProven) this.#try?.failed('passing');
    this.close();
    this.#listener.onBroken(this, error);
  }

  #prove(): void {
    this.#isProven = true;
    this.#try?.succeeded();
  }
}
