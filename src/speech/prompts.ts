import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import type { CachedFiles } from '../core/cached-files.ts';
import { now } from '../core/clock.ts';
import { Deadline } from '../core/deadline.ts';
import { ActionError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { Semaphore } from '../core/semaphore.ts';
import { SingleFlight } from '../core/single-flight.ts';
import { isSsml, longestSpeech, type SpeechPort, type SpeechRequest } from '../ports/speech.ts';
import { providerOf } from './provider-of.ts';
import { rebuildSsml } from './ssml.ts';
import type { SynthesisRequest, Tts } from './tts.ts';

export interface PromptsOptions {
  /** Engines in the order they are asked where a flow names none. */
  readonly engines: readonly Tts[];
  readonly files: CachedFiles;
  /** Their directory as Asterisk sees it. */
  readonly asteriskDirectory: string;
  readonly log: Log;
  /** A text was there already. */
  readonly onCached?: () => void;
  readonly onSpoken?: (spoken: Spoken) => void;
}

/** One text that one engine was asked to speak, for metrics. */
export interface Spoken {
  readonly engine: string;
  readonly result: 'spoken' | 'failed';
  /** Milliseconds. */
  readonly duration: number;
}

/** Changed whenever engines are asked otherwise: what an older daemon has spoken is spoken anew. */
const shapeOfFiles = 'wav-8000-3';
/** For one engine. */
const synthesisDeadline = 15_000;

/** Speaks texts into files, once each: the same words in the same voice come from the disk. */
export class Prompts implements SpeechPort {
  readonly #options: PromptsOptions;
  readonly #flights = new SingleFlight<void>();
  /** Each takes a processor, two processes and their pipes. */
  readonly #engines = new Semaphore(availableParallelism());

  constructor(options: PromptsOptions) {
    this.#options = options;
  }

  /** The file stays until the signal is aborted. */
  async prompt(request: SpeechRequest, signal: AbortSignal): Promise<string> {
    if (request.text.trim() === '') throw new ActionError('INVALID_TEXT', 'the text is empty');
    if (request.text.length > longestSpeech)
      throw new ActionError('INVALID_TEXT', `the text is over ${longestSpeech} characters`);
    const order = this.#order(request.provider);
    const name = keyOf(request, order);
    await this.#flights.run(name, (wanted) => this.#find(name, request, order, wanted), signal);
    this.#options.files.hold(`${name}.wav`, signal);
    return `sound:${join(this.#options.asteriskDirectory, name)}`;
  }

  /** The engines to ask: the wanted one, then the others, each only where it can be asked. */
  #order(provider: string | undefined): readonly Tts[] {
    const available = this.#options.engines.filter((engine) => engine.isAvailable());
    return [...available].sort((a, b) => Number(b.name === provider) - Number(a.name === provider));
  }

  async #find(
    name: string,
    request: SpeechRequest,
    order: readonly Tts[],
    signal: AbortSignal,
  ): Promise<void> {
    const { files } = this.#options;
    try {
      if (await files.has(`${name}.wav`)) return this.#options.onCached?.();
      await this.#engines.run(() =>
        files.make(`${name}.wav`, (draft) => this.#synthesize(request, order, draft, signal)),
      );
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof ActionError) throw cause;
      throw new ActionError('SPEECH_FAILED', 'the speech could not be written', { cause });
    }
  }

  async #synthesize(
    request: SpeechRequest,
    order: readonly Tts[],
    draft: string,
    signal: AbortSignal,
  ): Promise<void> {
    const content = isSsml(request.text) ? { ssml: rebuildSsml(request.text) } : { text: request.text };
    // A flow that names a voice and no provider means the one whose voice it is.
    const wanted = request.provider ?? providerOf(request.voice ?? '') ?? order[0]?.name;
    let last: unknown = new ActionError('SPEECH_FAILED', 'no speech engine is available');
    for (const engine of order) {
      signal.throwIfAborted();
      // A voice is one provider's; the next one speaks with its default voice of the language.
      const asked: SynthesisRequest = {
        ...content,
        language: request.language,
        gender: request.gender,
        voice: engine.name === wanted ? request.voice : undefined,
      };
      try {
        return await this.#ask(engine, asked, { draft, signal });
      } catch (error) {
        signal.throwIfAborted();
        this.#options.log.warn({ engine: engine.name, error: String(error) }, 'speech_engine_failed');
        last = error;
      }
    }
    throw last instanceof ActionError
      ? last
      : new ActionError('SPEECH_FAILED', 'no engine could speak the text', { cause: last });
  }

  /** What nobody wants any more is no result. */
  async #ask(
    engine: Tts,
    asked: SynthesisRequest,
    { draft, signal }: { readonly draft: string; readonly signal: AbortSignal },
  ): Promise<void> {
    const began = now();
    const tell = (result: Spoken['result']): void =>
      this.#options.onSpoken?.({ engine: engine.name, result, duration: now() - began });
    using deadline = new Deadline(synthesisDeadline, signal);
    try {
      await engine.synthesize(asked, draft, deadline.signal);
    } catch (error) {
      if (!signal.aborted) tell('failed');
      throw error;
    }
    tell('spoken');
  }
}

/** A hash of everything that shapes the sound. */
function keyOf(request: SpeechRequest, order: readonly Tts[]): string {
  const { text, language, voice, gender, provider } = request;
  const shape = [
    text,
    language,
    voice ?? '',
    gender ?? '',
    provider ?? '',
    order.map(({ name }) => name),
    shapeOfFiles,
  ];
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex');
}
