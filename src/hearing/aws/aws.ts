import type {
  LanguageCode,
  StartStreamTranscriptionCommandInput,
  TranscribeStreamingClient,
} from '@aws-sdk/client-transcribe-streaming';
import type { CloudAccess } from '../../core/cloud-credentials.ts';
import { ActionError } from '../../core/errors.ts';
import type { Scope } from '../../core/scope.ts';
import { onAbort, orAbort, within } from '../../core/wait.ts';
import {
  longestOpening,
  type Stt,
  SttError,
  type SttListener,
  type SttRequest,
  type SttStream,
  sampleRate,
} from '../stt.ts';
import { languages } from './languages.ts';
import { AwsStream, type Body } from './stream.ts';

/** Amazon Transcribe, over HTTP/2: a connection for each stream. It takes no phrases: its vocabularies are kept in an account. */
export class Aws implements Stt {
  readonly name = 'aws';
  readonly longestStream = 4 * 3_600_000;
  readonly missing: string | undefined;
  readonly #access: CloudAccess;
  #client: Promise<TranscribeStreamingClient> | undefined;

  constructor(access: CloudAccess) {
    this.missing = access.missing;
    this.#access = access;
  }

  isAvailable(): boolean {
    return this.missing === undefined;
  }

  problemOf({ language }: SttRequest): ActionError | undefined {
    if (languages.codeOf(language)) return undefined;
    const message = `language: aws does not understand ${language}`;
    return new ActionError('UNKNOWN_LANGUAGE', message, { path: 'language' });
  }

  async open(request: SttRequest, listener: SttListener, scope: Scope): Promise<SttStream> {
    this.#client ??= connect(this.#access);
    const client = await within(this.#client, longestOpening, scope.signal);
    if (!client) throw new SttError('passing', 'aws: its SDK does not load');
    const { StartStreamTranscriptionCommand } = await import('@aws-sdk/client-transcribe-streaming');
    scope.signal.throwIfAborted();
    const stream = new AwsStream(listener, scope.signal);
    const command = new StartStreamTranscriptionCommand(inputFor(request, stream.audio()));
    command.middlewareStack.add(
      (next) => async (args) => {
        const result = await next(args);
        stream.body = (result.response as { body?: Body }).body; // an HTTP response
        return result;
      },
      { step: 'deserialize', priority: 'low' },
    );
    onAbort(scope.signal, () => stream.cancel());
    scope.spawn('aws-results', async (signal) => {
      await stream.listen(async () => {
        // It resolves with the first event only: audio goes out meanwhile.
        const output = await orAbort(client.send(command, { abortSignal: signal }), signal);
        return output.TranscriptResultStream;
      });
      // The next one looks for credentials anew.
      if (stream.isRefused) this.#client = undefined;
    });
    return stream;
  }

  async close(): Promise<void> {
    await this.#client?.then((client) => client.destroy()).catch(() => undefined);
  }
}

function inputFor(
  { language }: SttRequest,
  audio: StartStreamTranscriptionCommandInput['AudioStream'],
): StartStreamTranscriptionCommandInput {
  return {
    LanguageCode: languages.codeOf(language) as LanguageCode, // one of its own list
    MediaEncoding: 'pcm',
    MediaSampleRateHertz: sampleRate,
    AudioStream: audio,
  };
}

async function connect({ endpoint, isPlain, region }: CloudAccess): Promise<TranscribeStreamingClient> {
  const { TranscribeStreamingClient } = await import('@aws-sdk/client-transcribe-streaming');
  return new TranscribeStreamingClient({
    region,
    maxAttempts: 1,
    logger: quiet,
    ...(endpoint && { endpoint: endpoint.href }),
    ...(isPlain && { credentials: { accessKeyId: 'none', secretAccessKey: 'none' } }),
  });
}

/** Without one of ours the SDK writes to the console. */
const nothing = (): void => undefined;
const quiet = { trace: nothing, debug: nothing, info: nothing, warn: nothing, error: nothing };
