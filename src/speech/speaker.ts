import { availableParallelism } from 'node:os';
import { Breaker, type Try } from '../core/breaker.ts';
import { now } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import type { Log } from '../core/log.ts';
import { Semaphore } from '../core/semaphore.ts';
import { orAbort } from '../core/wait.ts';
import { EngineFailure } from './tts/engine-failure.ts';
import type { SynthesisRequest, Tts } from './tts.ts';

/** One text that one engine was asked to speak, or would have been, for metrics. */
export interface Spoken {
  readonly engine: string;
  /** `skipped`: it has failed too often, and is left alone for a while. */
  readonly result: 'spoken' | 'failed' | 'skipped';
  /** Milliseconds. */
  readonly duration: number;
}

export interface SpeakerOptions {
  readonly log: Log;
  readonly onSpoken?: ((spoken: Spoken) => void) | undefined;
}

export interface Bounds {
  readonly draft: string;
  /** Milliseconds, its turn among the others included. */
  readonly time: number;
  readonly signal: AbortSignal;
}

/** What a cloud's own bounds for an account leave room for. */
const requestsAtOnce = 32;

/** An engine as callers ask it: so many at once, each for so long, and nobody while it is down. */
export class Speaker {
  readonly engine: Tts;
  readonly isRemote: boolean;
  readonly #options: SpeakerOptions;
  readonly #turns: Semaphore;
  readonly #breaker: Breaker;

  constructor(engine: Tts, options: SpeakerOptions) {
    const { name: provider } = engine;
    const { log } = options;
    this.engine = engine;
    this.isRemote = engine.isRemote ?? false;
    this.#options = options;
    // A local one takes a processor, two processes and their pipes.
    this.#turns = new Semaphore(this.isRemote ? requestsAtOnce : availableParallelism());
    this.#breaker = new Breaker({
      onRest: (ms) => log.warn({ engine: provider, seconds: ms / 1_000 }, 'speech_engine_left_alone'),
      onBack: () => log.info({ engine: provider }, 'speech_engine_back'),
    });
  }

  /** Whether it has failed too often, and is left alone but for one caller now and then. */
  get isResting(): boolean {
    return this.#breaker.isResting;
  }

  /** A try, unless it is left alone just now. */
  enter(): Try | undefined {
    const attempt = this.#breaker.enter();
    if (!attempt) this.#tell('skipped', 0);
    return attempt;
  }

  /**
   * Writes speech to the draft.
   * @throws what the engine throws, a TimeoutError; once the signal is aborted, anything
   */
  async speak(asked: SynthesisRequest, attempt: Try, { draft, time, signal }: Bounds): Promise<void> {
    const began = now();
    using deadline = new Deadline(time, signal);
    try {
      const speaking = this.#turns.run(
        () => this.engine.synthesize(asked, draft, deadline.signal),
        deadline.signal,
      );
      // One that does not heed the signal is not waited for either.
      await orAbort(speaking, deadline.signal);
    } catch (error) {
      if (!signal.aborted) {
        this.#judge(attempt, error, deadline.hasPassed);
        this.#tell('failed', now() - began);
      }
      throw error;
    }
    attempt.succeeded();
    this.#tell('spoken', now() - began);
  }

  /** A text, a voice or a language that it cannot speak says nothing of the next one; nor does a full disk. A local one is never down. */
  #judge(attempt: Try, error: unknown, isLate: boolean): void {
    if (!this.isRemote) return;
    if (error instanceof EngineFailure) attempt.failed(error.duration);
    else if (isLate) attempt.failed('passing');
  }

  #tell(result: Spoken['result'], duration: number): void {
    this.#options.onSpoken?.({ engine: this.engine.name, result, duration });
  }
}
