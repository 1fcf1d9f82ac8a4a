import type { Scope } from '../../core/scope.ts';
import { Semaphore } from '../../core/semaphore.ts';
import { type Stt, SttError, type SttListener, type SttRequest, type SttStream } from '../stt.ts';
import { UtteranceStream } from '../utterance-stream.ts';
import { type Question, type TranscriptionServer, transcribe } from './transcribe.ts';

/** Utterances of all calls that the server is asked about at a time; the others wait. */
const mostAtOnce = 8;

/** What a model reads of it at most is about as long. */
const longestPrompt = 800;

export interface OpenAiOptions {
  readonly url?: string | undefined;
  readonly apiKey?: string | undefined;
  readonly model: string;
}

/** Any server with OpenAI's `/audio/transcriptions`. It is given whole utterances, and so hears nothing before one has ended. */
export class OpenAi implements Stt {
  readonly name = 'openai';
  readonly longestStream = Number.POSITIVE_INFINITY;
  readonly missing: string | undefined;
  readonly #server: TranscriptionServer | undefined;
  readonly #turns = new Semaphore(mostAtOnce);

  constructor({ url, apiKey, model }: OpenAiOptions) {
    this.missing = url === undefined ? 'no server: expected ARIFLOW_OPENAI_URL' : undefined;
    this.#server = url === undefined ? undefined : { url, apiKey, model };
  }

  isAvailable(): boolean {
    return this.missing === undefined;
  }

  /** Which languages a model knows nobody says before it is asked. */
  problemOf(): undefined {
    return undefined;
  }

  async open({ language, hints }: SttRequest, listener: SttListener, scope: Scope): Promise<SttStream> {
    scope.signal.throwIfAborted();
    const server = this.#server;
    if (!server) throw new SttError('lasting', this.missing ?? '');
    const about = { language: languageOf(language), prompt: promptOf(hints) };
    const ask = (samples: Question['samples'], onBegun: () => void, signal: AbortSignal): Promise<string> =>
      this.#turns.run(() => {
        onBegun();
        return transcribe(server, { ...about, samples }, signal);
      }, signal);
    return new UtteranceStream(ask, listener, scope.child());
  }
}

/** As ISO 639 has it, without a country. Mandarin goes by the name of Chinese there. */
function languageOf(tag: string): string {
  const [language = ''] = tag.toLowerCase().split('-');
  return language === 'cmn' ? 'zh' : language;
}

/** As many of the hints as a model reads; the first are the likeliest. */
function promptOf(hints: readonly string[]): string {
  let prompt = '';
  for (const hint of hints) {
    const longer = prompt === '' ? hint : `${prompt}, ${hint}`;
    if (longer.length > longestPrompt) break;
    prompt = longer;
  }
  return prompt;
}
