import type { protos } from '@google-cloud/speech';
import type { CloudAccess } from '../../core/cloud-credentials.ts';
import { ActionError } from '../../core/errors.ts';
import type { Scope } from '../../core/scope.ts';
import { onAbort } from '../../core/wait.ts';
import { type Stt, type SttListener, type SttRequest, type SttStream, sampleRate } from '../stt.ts';
import { Clients } from './clients.ts';
import { languages } from './languages.ts';
import { GcpStream } from './stream.ts';

/** What Google takes of phrases, and of the letters of one. */
const mostHints = 500;
const longestHint = 100;

type StreamingConfig = protos.google.cloud.speech.v1.IStreamingRecognitionConfig;

/** Google's Speech-to-Text, over gRPC. */
export class Gcp implements Stt {
  readonly name = 'gcp';
  /** It ends a stream after 305 s. */
  readonly longestStream = 300_000;
  readonly missing: string | undefined;
  readonly #clients: Clients;

  constructor(access: CloudAccess) {
    this.missing = access.missing;
    this.#clients = new Clients(access);
  }

  isAvailable(): boolean {
    return this.missing === undefined;
  }

  problemOf({ language }: SttRequest): ActionError | undefined {
    if (languages.codeOf(language)) return undefined;
    const message = `language: gcp does not understand ${language}`;
    return new ActionError('UNKNOWN_LANGUAGE', message, { path: 'language' });
  }

  async open(request: SttRequest, listener: SttListener, scope: Scope): Promise<SttStream> {
    const { speech, leave } = await this.#clients.enter(scope.signal);
    // Without the SDK's own wrapping, which cannot end the call at the server. A stream is never retried by it.
    const call = speech._streamingRecognize({ timeout: 2 * this.longestStream, retry: null });
    const stream = new GcpStream(call, listener, scope.signal);
    scope.defer(() => leave(stream.isRefused));
    onAbort(scope.signal, () => stream.cancel());
    call.write({ streamingConfig: configFor(request) });
    scope.spawn('gcp-audio', (signal) => stream.send(signal));
    return stream;
  }

  close(): Promise<void> {
    return this.#clients.close();
  }
}

function configFor({ language, hints }: SttRequest): StreamingConfig {
  const phrases = hints.slice(0, mostHints).map((hint) => hint.slice(0, longestHint));
  return {
    interimResults: true,
    config: {
      encoding: 'LINEAR16',
      sampleRateHertz: sampleRate,
      languageCode: languages.codeOf(language) ?? language,
      maxAlternatives: 1,
      enableWordTimeOffsets: true,
      enableAutomaticPunctuation: true,
      ...(phrases.length > 0 && { speechContexts: [{ phrases }] }),
    },
  };
}
