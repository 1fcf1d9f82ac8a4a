import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rename, rm, stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { ActionError } from '../core/errors.ts';
import { Limit } from '../core/limit.ts';
import type { Log } from '../core/log.ts';
import { orAbort } from '../core/wait.ts';
import { isSsml, longestSpeech, type Services, type SpeechRequest } from '../flows/services.ts';
import { rebuildSsml } from './ssml.ts';
import type { SynthesisRequest, Tts } from './tts.ts';

export interface PromptsOptions {
  /** Engines in the order they are asked where a flow names none. */
  readonly engines: readonly Tts[];
  /** Where the prompts lie, as we see it. */
  readonly directory: string;
  /** The same directory as Asterisk sees it. */
  readonly asteriskDirectory: string;
  readonly log: Log;
}

/** A synthesis serves everybody who wants the same prompt, so no single call may abort it; this bounds it. */
const synthesisDeadline = 15_000;

/** Speaks texts into files, once each: the same words in the same voice come from the disk. */
export class Prompts implements Pick<Services['speech'], 'prompt'> {
  readonly #options: PromptsOptions;
  readonly #running = new Map<string, Promise<void>>();
  /** Each takes a processor, two processes and their pipes. */
  readonly #engines = new Limit(availableParallelism());

  constructor(options: PromptsOptions) {
    this.#options = options;
  }

  async prompt(request: SpeechRequest, signal: AbortSignal): Promise<string> {
    if (request.text.trim() === '') throw new ActionError('INVALID_TEXT', 'the text is empty');
    if (request.text.length > longestSpeech)
      throw new ActionError('INVALID_TEXT', `the text is over ${longestSpeech} characters`);
    const order = this.#order(request.provider);
    const name = keyOf(request, order);
    await orAbort(this.#ensure(name, request, order), signal);
    return `sound:${join(this.#options.asteriskDirectory, name)}`;
  }

  /** The engines to ask: the wanted one, then the others, each only where it can be asked. */
  #order(provider: string | undefined): readonly Tts[] {
    const available = this.#options.engines.filter((engine) => engine.isAvailable());
    return [...available].sort((a, b) => Number(b.name === provider) - Number(a.name === provider));
  }

  #ensure(name: string, request: SpeechRequest, order: readonly Tts[]): Promise<void> {
    const running = this.#running.get(name);
    if (running) return running;
    const making = this.#make(name, request, order)
      .catch((cause: unknown) => {
        if (cause instanceof ActionError) throw cause;
        throw new ActionError('SPEECH_FAILED', 'the speech could not be written', { cause });
      })
      .finally(() => this.#running.delete(name));
    this.#running.set(name, making);
    return making;
  }

  async #make(name: string, request: SpeechRequest, order: readonly Tts[]): Promise<void> {
    const file = join(this.#options.directory, `${name}.wav`);
    if (await isThere(file)) return;
    await mkdir(this.#options.directory, { recursive: true });
    // Asterisk takes any file of that base name: it may appear only when it is whole.
    const draft = join(this.#options.directory, `.${name}.${randomUUID()}.wav`);
    try {
      await this.#engines.run(() => this.#synthesize(request, order, draft));
      await rename(draft, file);
    } finally {
      await rm(draft, { force: true });
    }
  }

  async #synthesize(request: SpeechRequest, order: readonly Tts[], draft: string): Promise<void> {
    const content = isSsml(request.text) ? { ssml: rebuildSsml(request.text) } : { text: request.text };
    let last: unknown = new ActionError('SPEECH_FAILED', 'no speech engine is available');
    for (const engine of order) {
      // A voice is one provider's; the next one speaks with its default voice of the language.
      const isWanted = engine.name === (request.provider ?? order[0]?.name);
      const asked: SynthesisRequest = {
        ...content,
        language: request.language,
        gender: request.gender,
        voice: isWanted ? request.voice : undefined,
      };
      try {
        await engine.synthesize(asked, draft, AbortSignal.timeout(synthesisDeadline));
        return;
      } catch (error) {
        this.#options.log.warn({ engine: engine.name, error: String(error) }, 'speech_engine_failed');
        last = error;
      }
    }
    throw last instanceof ActionError
      ? last
      : new ActionError('SPEECH_FAILED', 'no engine could speak the text', { cause: last });
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
    'wav-8000',
  ];
  return createHash('sha256').update(JSON.stringify(shape)).digest('hex');
}

async function isThere(file: string): Promise<boolean> {
  try {
    return (await stat(file)).size > 44; // more than a header
  } catch {
    return false;
  }
}
