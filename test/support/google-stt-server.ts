import { createRequire } from 'node:module';
import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServiceDefinition,
} from '@grpc/grpc-js';
import { fromJSON } from '@grpc/proto-loader';
import { NumberListener, type Understood } from './number-listener.ts';

/** How a call fails: with a code of gRPC, at once or after so many milliseconds of audio; or it ends as if all were well; or nothing is ever said. */
export type GoogleSttFault =
  | { readonly code: number; readonly after?: number }
  | { readonly endsAfter: number }
  | 'silent'
  | 'garbage';

interface Request {
  readonly streamingConfig?: StreamingConfig | null;
  readonly audioContent?: Buffer | null;
}

export interface StreamingConfig {
  readonly interimResults: boolean;
  readonly config: {
    readonly encoding: string;
    readonly sampleRateHertz: number;
    readonly languageCode: string;
    readonly speechContexts: readonly { readonly phrases: readonly string[] }[];
  };
}

/** One call of `StreamingRecognize`, as the server sees it. */
export interface GoogleSttCall {
  config: StreamingConfig | undefined;
  /** Milliseconds of audio. */
  heard: number;
  /** Bytes of the largest message. */
  largest: number;
  state: 'open' | 'ended' | 'cancelled';
}

type Call = ServerDuplexStream<Request, object>;

const require = createRequire(import.meta.url);
const options = { keepCase: false, longs: String, enums: String, defaults: true, oneofs: true };

/** Google's Speech-to-Text on loopback, over gRPC without TLS: it understands spoken numbers. */
export class GoogleSttServer implements AsyncDisposable {
  readonly calls: GoogleSttCall[] = [];
  /** How the calls fail that come; one by one, and the last one stays. */
  faults: (GoogleSttFault | undefined)[] = [];
  /** Milliseconds of audio after which a stream ends with OUT_OF_RANGE. */
  limit = 305_000;
  /** Whether it understands words that were torn, as those are which come from a phone: see `NumberListener`. */
  takesTorn = false;
  port = 0;
  readonly #server = new Server();

  static async open(port = 0): Promise<GoogleSttServer> {
    const opened = new GoogleSttServer();
    const definition = fromJSON(require('@google-cloud/speech/build/protos/protos.json'), options);
    const types = loadPackageDefinition(definition) as unknown as {
      google: { cloud: { speech: { v1: { Speech: { service: ServiceDefinition } } } } };
    };
    opened.#server.addService(types.google.cloud.speech.v1.Speech.service, {
      streamingRecognize: (call: Call) => opened.#serve(call),
    });
    opened.port = await new Promise((resolve, reject) =>
      opened.#server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, bound) =>
        error ? reject(error) : resolve(bound),
      ),
    );
    return opened;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.forceShutdown();
  }

  #serve(call: Call): void {
    const seen: GoogleSttCall = { config: undefined, heard: 0, largest: 0, state: 'open' };
    this.calls.push(seen);
    const fault = this.faults.length > 1 ? this.faults.shift() : this.faults[0];
    const listener = new NumberListener({ takesTorn: this.takesTorn });
    const fail = (code: number, details: string): void => {
      if (seen.state === 'open') call.emit('error', { code, details });
      seen.state = 'ended';
    };
    const tell = (news: readonly Understood[]): void => {
      for (const each of news) if (seen.state === 'open') call.write(responseOf(each, fault === 'garbage'));
    };
    call.on('error', () => undefined);
    call.on('cancelled', () => {
      if (seen.state === 'open') seen.state = 'cancelled';
    });
    call.on('data', ({ streamingConfig, audioContent }: Request) => {
      if (streamingConfig) seen.config = streamingConfig;
      if (typeof fault === 'object' && 'code' in fault && seen.heard >= (fault.after ?? 0))
        return fail(fault.code, 'so it is');
      if (!audioContent || seen.state !== 'open') return;
      seen.largest = Math.max(seen.largest, audioContent.length);
      const news = listener.hear(samplesOf(audioContent));
      seen.heard = listener.heard;
      if (seen.heard > this.limit)
        return fail(11, 'Exceeded maximum allowed stream duration of 305 seconds.');
      if (typeof fault === 'object' && 'endsAfter' in fault && seen.heard >= fault.endsAfter) {
        call.end();
        seen.state = 'ended';
      } else if (fault !== 'silent') tell(news);
    });
    call.on('end', () => {
      if (fault === 'silent' || seen.state !== 'open') return;
      tell(listener.end());
      call.end();
      seen.state = 'ended';
    });
  }
}

/** 16 bits, the lower byte first. */
export function samplesOf(bytes: Uint8Array): Int16Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const samples = new Int16Array(bytes.byteLength / 2);
  for (let index = 0; index < samples.length; index++) samples[index] = view.getInt16(2 * index, true);
  return samples;
}

function responseOf({ words, isFinal, end }: Understood, isGarbage: boolean): object {
  const text = words.map((word) => word.text).join(' ');
  if (isGarbage)
    return {
      results: [
        { alternatives: [], isFinal },
        { alternatives: [{ transcript: ' ' }], isFinal },
      ],
    };
  return {
    results: [
      {
        isFinal,
        resultEndTime: durationOf(end),
        alternatives: [
          {
            // As Google writes it: what follows something begins with a blank.
            transcript: ` ${text}`,
            confidence: isFinal ? 0.875 : 0,
            words: isFinal
              ? words.map((word) => ({
                  word: word.text,
                  startTime: durationOf(word.start),
                  endTime: durationOf(word.end),
                }))
              : [],
          },
        ],
      },
    ],
  };
}

function durationOf(milliseconds: number): object {
  return {
    seconds: Math.floor(milliseconds / 1_000),
    nanos: Math.round((milliseconds % 1_000) * 1_000_000),
  };
}
