import { writeFile } from 'node:fs/promises';
import type {
  PollyClient,
  SynthesizeSpeechCommand,
  SynthesizeSpeechCommandInput,
} from '@aws-sdk/client-polly';
import type { CloudAccess } from '../../core/cloud-credentials.ts';
import { ActionError } from '../../core/errors.ts';
import { orAbort } from '../../core/wait.ts';
import type { SynthesisRequest, Tts } from '../tts.ts';
import { allAtOnce } from './all-at-once.ts';
import { plain } from './cloud-ssml.ts';
import { EngineFailure, engineFailure } from './engine-failure.ts';
import { piecesOf } from './pieces.ts';
import { needsStandardEngine, pollySsml } from './polly-ssml.ts';
import { type PollyEngine, pollyVoice, usualPollyVoice } from './polly-voices.ts';
import { BadAudio, checkSamples, telephoneRate, writeWav } from './wav.ts';

interface Connected {
  readonly client: PollyClient;
  readonly Synthesize: typeof SynthesizeSpeechCommand;
}

interface Chosen {
  readonly voice: string;
  readonly engine: PollyEngine;
}

/** Characters: of a document, and of what is said in it. */
const longestSsml = { document: 6_000, said: 3_000 };
/** In milliseconds. By then somebody else speaks; this ends what nobody hears any more. */
const requestTimeout = 10_000;
const connectionTimeout = 2_000;
/** Twenty minutes. */
const largestAudio = 20 * 60 * telephoneRate * 2;

/** Amazon Polly, over HTTP/1.1: over HTTP/2 its SDK takes a connection that broke for the end of the audio. */
export class Polly implements Tts {
  readonly name = 'aws';
  readonly isRemote = true;
  readonly missing: string | undefined;
  readonly #access: CloudAccess;
  #connection: Promise<Connected> | undefined;

  constructor(access: CloudAccess) {
    this.#access = access;
    this.missing = access.missing;
  }

  isAvailable(): boolean {
    return this.missing === undefined;
  }

  async synthesize(request: SynthesisRequest, file: string, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const chosen = choose(request);
    const texts = textsOf(request, chosen.engine);
    const spoken = await allAtOnce(texts, (text, each) => this.#speak(text, request, chosen, each), signal);
    signal.throwIfAborted();
    await writeFile(file, writeWav(Buffer.concat(spoken)));
  }

  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    (await connection?.catch(() => undefined))?.client.destroy();
  }

  async #speak(
    text: string,
    request: SynthesisRequest,
    chosen: Chosen,
    signal: AbortSignal,
  ): Promise<Buffer> {
    const input: SynthesizeSpeechCommandInput = {
      Text: text,
      TextType: request.ssml === undefined ? 'text' : 'ssml',
      VoiceId: chosen.voice as SynthesizeSpeechCommandInput['VoiceId'], // of a list that grows
      Engine: chosen.engine,
      OutputFormat: 'pcm',
      SampleRate: String(telephoneRate),
    };
    try {
      const { client, Synthesize } = await orAbort(this.#connected(), signal);
      const answer = await orAbort(client.send(new Synthesize(input), { abortSignal: signal }), signal);
      if (answer.ContentType !== 'audio/pcm') throw new BadAudio('it is something else');
      const samples = await orAbort(wholeOf(answer.AudioStream), signal);
      checkSamples(samples);
      return samples;
    } catch (error) {
      signal.throwIfAborted();
      throw reasonOf(error, request);
    }
  }

  /** Made once, for all: not with one's signal. */
  #connected(): Promise<Connected> {
    this.#connection ??= connect(this.#access).catch((error: unknown) => {
      this.#connection = undefined;
      throw error;
    });
    return this.#connection;
  }
}

/** The SDK is loaded here and nowhere else. */
async function connect({ endpoint, isPlain, region }: CloudAccess): Promise<Connected> {
  const [{ PollyClient, SynthesizeSpeechCommand }, { NodeHttpHandler }] = await Promise.all([
    import('@aws-sdk/client-polly'),
    import('@smithy/node-http-handler'),
  ]);
  const client = new PollyClient({
    region,
    maxAttempts: 1,
    // Without the last, it would only say that it takes long.
    requestHandler: new NodeHttpHandler({ requestTimeout, connectionTimeout, throwOnRequestTimeout: true }),
    ...(endpoint && { endpoint: endpoint.href }),
    // A server of the operator's own asks for none, and yet the SDK signs.
    ...(isPlain && { credentials: { accessKeyId: 'none', secretAccessKey: 'none' } }),
  });
  return { client, Synthesize: SynthesizeSpeechCommand };
}

/** @throws ActionError `UNKNOWN_LANGUAGE` */
function choose(request: SynthesisRequest): Chosen {
  const needsStandard = request.ssml !== undefined && needsStandardEngine(request.ssml);
  const known =
    request.voice === undefined ? usualPollyVoice(request, needsStandard) : pollyVoice(request.voice);
  // One that came after our list is none of the old ones.
  if (!known && request.voice !== undefined) return { voice: request.voice, engine: 'neural' };
  if (!known) throw new ActionError('UNKNOWN_LANGUAGE', `aws does not speak ${request.language}`);
  const { name, engines } = known;
  const engine = needsStandard && engines.includes('standard') ? 'standard' : (engines[0] ?? 'neural');
  return { voice: name, engine };
}

function textsOf({ text, ssml }: SynthesisRequest, engine: PollyEngine): readonly string[] {
  if (ssml === undefined) return piecesOf(plain(text ?? ''));
  const written = pollySsml(ssml, engine);
  const said = written.replace(/<[^>]*>/g, '');
  if (written.length > longestSsml.document || said.length > longestSsml.said)
    throw new ActionError(
      'INVALID_TEXT',
      `aws takes SSML with at most ${longestSsml.said} characters to say`,
    );
  return [written];
}

async function wholeOf(stream: unknown): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestAudio) throw new BadAudio('it is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

/** Refused, whatever is asked for: who asks, or how often. */
const lasting =
  /^(ExpiredToken|Unrecogni[sz]edClient|InvalidSignature|InvalidClientTokenId|AccessDenied|MissingAuthentication|SignatureDoesNotMatch|CredentialsProvider|Throttling|TooManyRequests|RequestLimit|ServiceQuota|LimitExceeded)/;

function reasonOf(error: unknown, request: SynthesisRequest): unknown {
  if (error instanceof ActionError || error instanceof BadAudio || !(error instanceof Error))
    return engineFailure('aws', error);
  const { name, $metadata } = error as Error & { $metadata?: { httpStatusCode?: number } }; // as the SDK has it
  if (name === 'LanguageNotSupportedException')
    return new ActionError('UNKNOWN_LANGUAGE', `aws does not speak ${request.language}`, { cause: error });
  if (/^(InvalidSsml|TextLengthExceeded|SsmlMarks)/.test(name))
    return new ActionError('INVALID_TEXT', 'aws does not take this text', { cause: error });
  // Of all that we send, only the voice is somebody else's.
  if (/^(Validation|EngineNotSupported)/.test(name) && request.voice !== undefined)
    return new ActionError('UNKNOWN_VOICE', 'voice_id: aws has no such voice', { cause: error });
  const isLasting = lasting.test(name) || [401, 403, 429].includes($metadata?.httpStatusCode ?? 0);
  return new EngineFailure(isLasting ? 'lasting' : 'passing', `aws: ${name}`, { cause: error });
}
