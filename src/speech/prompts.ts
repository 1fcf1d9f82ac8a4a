import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { CachedFiles } from '../core/cached-files.ts';
import { ActionError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { SingleFlight } from '../core/single-flight.ts';
import { isSsml, longestSpeech, type SpeechPort, type SpeechRequest } from '../ports/speech.ts';
import { Patience } from './patience.ts';
import { providerOf } from './provider-of.ts';
import { Speaker, type Spoken } from './speaker.ts';
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

/** What a request has for every engine. */
interface Wanted {
  readonly request: SpeechRequest;
  /** Plain or rebuilt. */
  readonly content: Pick<SynthesisRequest, 'text' | 'ssml'>;
  /** Whose voice it names, if it names one. */
  readonly provider: string | undefined;
}

/** Changed whenever engines are asked otherwise: what an older daemon has spoken is spoken anew. */
const shapeOfFiles = 'wav-8000-4';
/** For an engine of this machine. */
const localTime = 15_000;

/**
 * Speaks texts into files, once each: the same words in the same voice come from the disk. A file is one engine's: what another one
 * has said while it was down is no answer once it is back.
 */
export class Prompts implements SpeechPort {
  readonly #options: PromptsOptions;
  readonly #speakers: readonly Speaker[];
  readonly #flights = new SingleFlight<string>();

  constructor(options: PromptsOptions) {
    this.#options = options;
    this.#speakers = options.engines.map((engine) => new Speaker(engine, options));
  }

  /** Whether a provider has failed too often, and is left alone for a while. */
  isResting(provider: string): boolean {
    return this.#speakers.some(({ engine, isResting }) => engine.name === provider && isResting);
  }

  /** The file stays until the signal is aborted. */
  async prompt(request: SpeechRequest, signal: AbortSignal): Promise<string> {
    if (request.text.trim() === '') throw new ActionError('INVALID_TEXT', 'the text is empty');
    if (request.text.length > longestSpeech)
      throw new ActionError('INVALID_TEXT', `the text is over ${longestSpeech} characters`);
    const name = await this.#flights.run(hashOf(request), (wanted) => this.#find(request, wanted), signal);
    this.#options.files.hold(`${name}.wav`, signal);
    return `sound:${join(this.#options.asteriskDirectory, name)}`;
  }

  /** The engines to ask: the wanted one, then the others, each only where it can be asked. */
  #order(provider: string | undefined): readonly Speaker[] {
    const available = this.#speakers.filter(({ engine }) => engine.isAvailable());
    return [...available].sort(
      (a, b) => Number(b.engine.name === provider) - Number(a.engine.name === provider),
    );
  }

  async #find(request: SpeechRequest, signal: AbortSignal): Promise<string> {
    try {
      return await this.#ofFirstThatCan(request, signal);
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof ActionError) throw cause;
      throw new ActionError('SPEECH_FAILED', 'no engine could speak the text', { cause });
    }
  }

  async #ofFirstThatCan(request: SpeechRequest, signal: AbortSignal): Promise<string> {
    const content = isSsml(request.text) ? { ssml: rebuildSsml(request.text) } : { text: request.text };
    // A flow that names a voice and no provider means the one whose voice it is.
    const provider = request.provider ?? providerOf(request.voice ?? '');
    const order = this.#order(provider);
    const wanted = { request, content, provider: provider ?? order[0]?.engine.name };
    const patience = new Patience();
    let last: unknown = new ActionError('SPEECH_FAILED', 'no speech engine is available');
    for (const speaker of order) {
      signal.throwIfAborted();
      try {
        const name = await this.#of(speaker, wanted, { patience, signal });
        if (name !== undefined) return name;
      } catch (error) {
        signal.throwIfAborted();
        this.#options.log.warn({ engine: speaker.engine.name, error: String(error) }, 'speech_engine_failed');
        last = error;
      }
    }
    throw last;
  }

  /** The name of its file, spoken now if need be; nothing where it is left alone, or nobody waits for it any more. */
  async #of(
    speaker: Speaker,
    { request, content, provider }: Wanted,
    { patience, signal }: { readonly patience: Patience; readonly signal: AbortSignal },
  ): Promise<string | undefined> {
    const { files, onCached } = this.#options;
    const { engine, isRemote } = speaker;
    const name = hashOf(request, engine);
    if (await files.has(`${name}.wav`)) {
      onCached?.();
      return name;
    }
    const time = isRemote ? patience.next() : localTime;
    if (time === undefined) return undefined;
    // A voice is one provider's; the next one speaks with its default voice of the language.
    const voice = engine.name === provider ? request.voice : undefined;
    const asked = { ...content, language: request.language, gender: request.gender, voice };
    using attempt = speaker.enter();
    if (!attempt) return undefined;
    await files.make(`${name}.wav`, (draft) => speaker.speak(asked, attempt, { draft, time, signal }));
    return name;
  }
}

/** Of everything that shapes the sound. */
function hashOf(request: SpeechRequest, engine?: Tts): string {
  const { text, language, voice, gender, provider } = request;
  const shape = [
    text,
    language,
    voice ?? '',
    gender ?? '',
    provider ?? '',
    ...(engine ? [engine.name, engine.manner ?? ''] : []),
    shapeOfFiles,
  ];
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex');
}
