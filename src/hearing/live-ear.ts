import { ActionError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { orAbort, sleep, within } from '../core/wait.ts';
import type { Ear, Heard, HearingListener } from '../ports/hearing.ts';
import { loudnessOf } from './loudness.ts';
import { type Engine, Stretch } from './stretch.ts';
import { type SttError, type SttRequest, sampleRate, sttErrorOf } from './stt.ts';
import { Unheard } from './unheard.ts';

export interface EarOptions {
  /** Those that can hear it, in the order in which they are asked. */
  readonly engines: readonly Engine[];
  readonly request: SttRequest;
  readonly listener: HearingListener;
  readonly scope: Scope;
  readonly log: Log;
}

/** A new stream gets so many samples of what it has missed at once, and the rest so much faster than it comes: clouds refuse a flood. */
const fedAtOnce = 10 * sampleRate;
const catchingUp = 3;
/** Of a stream's limit: from here on a new one is opened once nobody speaks, and here in any case. */
const mayEnd = 0.9;
const mustEnd = 0.97;
/** Loudness of somebody who speaks; and milliseconds of it without a word, after which another stream may hear more. */
const loud = 500;
const deafAfter = 30_000;
/** Milliseconds between tries; the last one repeats. */
const pauses = [500, 1_000, 2_000, 4_000, 5_000];
/** Tries in a row that fail, before another engine is asked; and with the last engine, in a minute and a half or so. */
const tries = 3;
const lastTries = 20;
/** One that has got so much new audio, in samples, and heard something, is replaced at once when it breaks. */
const goodFor = 2 * sampleRate;
/** How long the last words may take. */
const longestEnd = 10_000;

/**
 * Listens to one audio for as long as it goes on, whatever becomes of the streams it takes. One that nears its limit is
 * replaced while it still hears; one that breaks, as soon as can be. The next hears once more all since the last final segment, and
 * the one before counts no more: no word is lost, and none is told twice.
 */
export class LiveEar implements Ear {
  readonly #options: EarOptions;
  readonly #scope: Scope;
  readonly #engines: Engine[];
  readonly #unheard = new Unheard();
  readonly #ending = Promise.withResolvers<void>();
  readonly #over = Promise.withResolvers<void>();
  #current: Stretch | undefined;
  #provider = '';
  /** How much audio there was when it began. */
  #since = 0;
  #tries = 0;
  /** The current stream is to be replaced. */
  #isDue = false;
  #isEnding = false;
  #isOver = false;
  #wake = Promise.withResolvers<void>();
  /** Milliseconds of it since the last word. */
  #loud = 0;
  #deafAfter = deafAfter;

  constructor(options: EarOptions) {
    this.#options = options;
    this.#engines = [...options.engines];
    this.#scope = options.scope.child();
  }

  get provider(): string {
    return this.#provider;
  }

  /** Asks one engine after the other. @throws ActionError `HEARING_FAILED`; the scope's reason */
  async begin(): Promise<void> {
    let cause: unknown;
    for (let engine = this.#engines[0]; engine; engine = this.#engines[0]) {
      try {
        this.#adopt(await this.#open(engine, false));
        this.#scope.spawn('hearing', (signal) => this.#keepListening(signal));
        return;
      } catch (error) {
        this.#scope.signal.throwIfAborted();
        cause = error;
        this.#tell(engine, sttErrorOf(error, 'it does not open'));
        this.#engines.shift();
      }
    }
    void this.#scope.close();
    throw new ActionError('HEARING_FAILED', 'no engine can listen now', { cause });
  }

  write(samples: Int16Array): void {
    if (this.#isEnding || this.#isOver || this.#scope.signal.aborted) return;
    this.#unheard.append(samples);
    this.#current?.feed(this.#unheard.kept, catchingUp * samples.length);
    this.#unheard.forget(this.#current?.fed);
    if (loudnessOf(samples) >= loud) this.#loud += (samples.length * 1_000) / sampleRate;
    this.#look();
  }

  async end(): Promise<void> {
    this.#isEnding = true;
    this.#ending.resolve();
    this.#wake.resolve();
    if (!this.#isOver) await within(this.#over.promise, longestEnd, this.#scope.signal);
    this.#finish();
    await this.#scope.close();
  }

  /** Until the audio has ended, or nobody can hear it. */
  async #keepListening(signal: AbortSignal): Promise<void> {
    while (!this.#isOver) {
      this.#wake = Promise.withResolvers<void>();
      if (this.#current && this.#isEnding) await this.#hearLastWords(this.#current, signal);
      else if (!this.#current || this.#isDue) await this.#replace(signal);
      else await orAbort(this.#wake.promise, signal);
    }
  }

  async #replace(signal: AbortSignal): Promise<void> {
    const pause = this.#tries === 0 ? 0 : (pauses[this.#tries - 1] ?? pauses.at(-1) ?? 0);
    // One that still hears has the last words: they do not wait for another.
    if (this.#current) await within(this.#ending.promise, pause, signal);
    else if (pause > 0) await sleep(pause, signal);
    const [engine] = this.#engines;
    if (!engine || (this.#current && this.#isEnding)) return;
    try {
      this.#adopt(await this.#open(engine, this.#engines.length === 1));
    } catch (error) {
      signal.throwIfAborted();
      this.#failed(sttErrorOf(error, 'it does not open'));
    }
  }

  /** @throws SttError; the scope's reason */
  async #open(engine: Engine, isUrgent: boolean): Promise<Stretch> {
    const { request } = this.#options;
    const listener = {
      onHeard: (stretch: Stretch, heard: Heard) => this.#heard(stretch, heard),
      onBroken: (stretch: Stretch, error: SttError) => this.#broken(stretch, error),
    };
    return Stretch.open(engine, { request, listener, isUrgent }, this.#scope);
  }

  /** From now on this one hears it, and no other. */
  #adopt(stretch: Stretch): void {
    this.#current?.close();
    this.#current = stretch;
    this.#provider = stretch.engine.stt.name;
    this.#isDue = false;
    this.#since = this.#unheard.kept.end;
    const gap = this.#unheard.listens();
    if (gap) this.#options.listener.onGap(gap);
    stretch.begin(this.#unheard.kept.start);
    stretch.feed(this.#unheard.kept, fedAtOnce);
  }

  #heard(stretch: Stretch, heard: Heard): void {
    if (stretch !== this.#current || this.#isOver) return;
    this.#loud = 0;
    this.#deafAfter = deafAfter;
    const news = this.#unheard.told(heard);
    if (news) this.#options.listener.onHeard(news);
  }

  #broken(stretch: Stretch, error: SttError): void {
    if (stretch !== this.#current || this.#isOver) return;
    this.#current = undefined;
    this.#unheard.lost(stretch);
    stretch.close();
    const isGood = stretch.isProven && this.#unheard.kept.end - this.#since >= goodFor;
    if (isGood) this.#tries = 0;
    else this.#failed(error);
    this.#wake.resolve();
  }

  #failed(error: SttError): void {
    const [engine] = this.#engines;
    if (engine) this.#tell(engine, error);
    this.#tries += 1;
    if (this.#current) return;
    const most = this.#engines.length > 1 ? tries : lastTries;
    if (error.isPassing && this.#tries < most) return;
    this.#tries = 0;
    this.#engines.shift();
    if (this.#engines.length > 0) return;
    this.#finish();
    const message = 'no engine can listen any more';
    this.#options.listener.onFailed(new ActionError('HEARING_FAILED', message, { cause: error }));
    void this.#scope.close();
  }

  #tell({ stt }: Engine, { message }: SttError): void {
    this.#options.log.warn({ engine: stt.name, error: message }, 'hearing_engine_failed');
  }

  async #hearLastWords(stretch: Stretch, signal: AbortSignal): Promise<void> {
    stretch.feed(this.#unheard.kept, Infinity);
    try {
      // One that says nothing to the end has not told all of it.
      if (!(await stretch.end())) this.#unheard.lost(stretch);
      this.#finish();
    } catch (error) {
      signal.throwIfAborted();
      this.#broken(stretch, sttErrorOf(error, 'its last words are lost'));
    }
  }

  /** Whether another stream is to hear what comes next. */
  #look(): void {
    if (!this.#current || this.#isDue) return;
    const { age, engine } = this.#current;
    const limit = engine.stt.longestStream;
    const isDeaf = this.#loud > this.#deafAfter;
    if (isDeaf) {
      this.#loud = 0;
      this.#deafAfter *= 2; // perhaps there is nothing but music
    }
    if (!isDeaf && age < mustEnd * limit && (age < mayEnd * limit || !this.#unheard.isQuiet)) return;
    this.#isDue = true;
    this.#wake.resolve();
  }

  /** It is over: what nobody has heard is told. */
  #finish(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#over.resolve();
    const gap = this.#unheard.rest();
    if (gap) this.#options.listener.onGap(gap);
  }
}
