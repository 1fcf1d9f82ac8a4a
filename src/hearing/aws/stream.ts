import type {
  StartStreamTranscriptionCommandInput,
  TranscriptResultStream,
} from '@aws-sdk/client-transcribe-streaming';
import { CloudStream } from '../cloud-stream.ts';
import { SttError, type SttListener } from '../stt.ts';
import { heardIn } from './results.ts';

/** What another try does not change, by the beginnings of the errors' names. */
const lastingErrors = new RegExp(
  `^(${[
    ...['AccessDenied', 'CredentialsProvider', 'ExpiredToken', 'IncompleteSignature', 'InvalidClientTokenId'],
    ...['InvalidSignature', 'MissingAuthenticationToken', 'OptInRequired', 'SignatureDoesNotMatch'],
    ...['SubscriptionRequired', 'UnrecognizedClient', 'Validation'],
  ].join('|')})`,
);

/** A reply's body, as far as Node tells of it how it ended. */
export interface Body {
  readonly aborted?: boolean;
  /** A code of HTTP/2; 0 where it ended as it should. */
  readonly rstCode?: number;
}

/** One `StartStreamTranscription`. */
export class AwsStream extends CloudStream {
  /** Once there is one. */
  body: Body | undefined;
  /** Its credentials are not, or no longer, good. */
  isRefused = false;

  constructor(listener: SttListener, signal: AbortSignal) {
    super('aws', listener, signal);
  }

  /** What the SDK sends. Nothing is thrown in it: the SDK would wait for ever. */
  async *audio(): NonNullable<StartStreamTranscriptionCommandInput['AudioStream']> {
    for await (const AudioChunk of this.unsent) yield { AudioEvent: { AudioChunk } };
  }

  /** Tells what comes of it, to its end. Never rejects. */
  async listen(send: () => Promise<AsyncIterable<TranscriptResultStream> | undefined>): Promise<void> {
    try {
      for await (const { TranscriptEvent } of (await send()) ?? [])
        for (const heard of heardIn(TranscriptEvent?.Transcript?.Results ?? [])) this.heard(heard);
      // A connection that breaks, and a stream that is reset, end it as if all were well.
      const isCut = this.body?.aborted === true || (this.body?.rstCode ?? 0) !== 0;
      if (isCut) this.broken(new SttError('passing', 'aws: the connection has broken'));
      else this.ended(new SttError('passing', 'aws: it has ended the stream'));
    } catch (error) {
      this.broken(this.#errorOf(error));
    }
  }

  /** By the name only: the messages may say what was asked. */
  #errorOf(error: unknown): SttError {
    const { name = 'Error', $metadata } = error as { name?: string; $metadata?: { httpStatusCode?: number } };
    const isRefused = lastingErrors.test(name) || [401, 403].includes($metadata?.httpStatusCode ?? 0);
    if (isRefused) this.isRefused = true;
    return new SttError(isRefused ? 'lasting' : 'passing', `aws: ${name}`, { cause: error });
  }
}
