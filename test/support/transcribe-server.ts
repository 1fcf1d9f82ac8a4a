import { once } from 'node:events';
import {
  createServer,
  type Http2Server,
  type IncomingHttpHeaders,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import type { AddressInfo } from 'node:net';
import { EventStreamCodec } from '@smithy/core/event-streams';
import { fromUtf8, toUtf8 } from '@smithy/core/serde';
import { samplesOf } from './google-stt-server.ts';
import { NumberListener, type Understood } from './number-listener.ts';

/**
 * How a stream fails: with a status and the name of an error before it begins; with an exception, after so many milliseconds of audio; cut
 * off there, with its connection or reset; ended as if all were well; or nothing is ever said.
 */
export type TranscribeFault =
  | { readonly status: number; readonly error: string }
  | { readonly exception: string; readonly after?: number }
  | { readonly cut: 'connection' | 'reset' | 'end'; readonly after: number }
  | 'silent'
  | 'garbage';

/** One stream, as the server sees it. */
export interface TranscribeStream {
  readonly headers: IncomingHttpHeaders;
  /** Milliseconds of audio. */
  heard: number;
  /** Bytes of each piece of audio. */
  readonly pieces: number[];
  isSigned: boolean;
  state: 'open' | 'ended' | 'cancelled';
}

const codec = new EventStreamCodec(toUtf8, fromUtf8);

/** Amazon Transcribe on loopback, over HTTP/2 without TLS: it understands spoken numbers. */
export class TranscribeServer implements AsyncDisposable {
  readonly streams: TranscribeStream[] = [];
  /** How the streams fail that come; one by one, and the last one stays. */
  faults: (TranscribeFault | undefined)[] = [];
  /** Milliseconds of audio after which a stream ends with LimitExceededException. */
  limit = 4 * 3_600_000;
  readonly port: number;
  readonly #server: Http2Server;
  readonly #sessions = new Set<ServerHttp2Session>();

  private constructor(server: Http2Server) {
    this.#server = server;
    this.port = (server.address() as AddressInfo).port; // a TCP server has one
    server.on('session', (session) => {
      this.#sessions.add(session);
      session.on('error', () => undefined).on('close', () => this.#sessions.delete(session));
    });
    server.on('stream', (stream: ServerHttp2Stream, headers: IncomingHttpHeaders) =>
      this.#serve(stream, headers),
    );
  }

  static async open(port = 0): Promise<TranscribeServer> {
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    return new TranscribeServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const session of this.#sessions) session.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  #serve(stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void {
    const seen: TranscribeStream = { headers, heard: 0, pieces: [], isSigned: true, state: 'open' };
    this.streams.push(seen);
    const fault = this.faults.length > 1 ? this.faults.shift() : this.faults[0];
    stream.on('error', () => undefined);
    stream.on('close', () => {
      if (seen.state === 'open') seen.state = 'cancelled';
    });
    if (typeof fault === 'object' && 'status' in fault) {
      seen.state = 'ended';
      stream.respond({
        ':status': fault.status,
        'content-type': 'application/json',
        'x-amzn-errortype': fault.error,
      });
      return void stream.end('{"Message":"no"}');
    }
    stream.respond({
      ':status': 200,
      'content-type': 'application/vnd.amazon.eventstream',
      'x-amzn-transcribe-session-id': '1',
    });
    new Conversation(stream, seen, fault, this.limit).begin();
  }
}

class Conversation {
  readonly #stream: ServerHttp2Stream;
  readonly #seen: TranscribeStream;
  readonly #fault: Exclude<TranscribeFault, { status: number }> | undefined;
  readonly #limit: number;
  readonly #listener = new NumberListener();
  #bytes = Buffer.alloc(0);

  constructor(
    stream: ServerHttp2Stream,
    seen: TranscribeStream,
    fault: Exclude<TranscribeFault, { status: number }> | undefined,
    limit: number,
  ) {
    this.#stream = stream;
    this.#seen = seen;
    this.#fault = fault;
    this.#limit = limit;
  }

  begin(): void {
    this.#stream.on('data', (bytes: Buffer) => {
      this.#bytes = Buffer.concat([this.#bytes, bytes]);
      for (;;) {
        const length = this.#bytes.length >= 4 ? this.#bytes.readUInt32BE(0) : Infinity;
        if (length > this.#bytes.length) return;
        this.#take(this.#bytes.subarray(0, length));
        this.#bytes = this.#bytes.subarray(length);
      }
    });
  }

  /** A frame that is signed, and in it one that is an event, or nothing at the end of the audio. */
  #take(frame: Buffer): void {
    const outer = codec.decode(frame);
    if (!outer.headers[':chunk-signature']) this.#seen.isSigned = false;
    if (this.#seen.state !== 'open') return;
    if (outer.body.length === 0) return this.#end();
    const audio = codec.decode(outer.body).body;
    this.#seen.pieces.push(audio.length);
    const news = this.#listener.hear(samplesOf(audio));
    this.#seen.heard = this.#listener.heard;
    if (this.#seen.heard > this.#limit) return this.#throw('LimitExceededException');
    if (typeof this.#fault === 'object' && this.#seen.heard >= (this.#fault.after ?? 0))
      this.#fail(this.#fault);
    else if (this.#fault !== 'silent') for (const each of news) this.#tell(each);
  }

  #fail(fault: Exclude<TranscribeFault, string | { status: number }>): void {
    if ('exception' in fault) return this.#throw(fault.exception);
    this.#seen.state = 'ended';
    if (fault.cut === 'connection') this.#stream.session?.destroy();
    else if (fault.cut === 'reset') this.#stream.close(2);
    else this.#stream.end();
  }

  #end(): void {
    if (this.#fault === 'silent') return;
    for (const each of this.#listener.end()) this.#tell(each);
    this.#seen.state = 'ended';
    this.#stream.end();
  }

  #throw(name: string): void {
    this.#send({ ':message-type': 'exception', ':exception-type': name }, { Message: 'so it is' });
    this.#seen.state = 'ended';
    this.#stream.end();
  }

  #tell({ words, isFinal, end }: Understood): void {
    const event = { ':message-type': 'event', ':event-type': 'TranscriptEvent' };
    if (this.#fault === 'garbage')
      return this.#send(event, { Transcript: { Results: [{ Alternatives: [{}] }, {}] } });
    this.#send(event, {
      Transcript: {
        Results: [
          {
            ResultId: '1',
            IsPartial: !isFinal,
            StartTime: (words[0]?.start ?? 0) / 1_000,
            EndTime: end / 1_000,
            Alternatives: [
              {
                Transcript: words.map(({ text }) => text).join(' '),
                Items: words.map((word) => ({
                  Content: word.text,
                  Type: 'pronunciation',
                  StartTime: word.start / 1_000,
                  EndTime: word.end / 1_000,
                  ...(isFinal && { Confidence: 0.875 }),
                })),
              },
            ],
          },
        ],
      },
    });
  }

  #send(headers: Readonly<Record<string, string>>, body: object): void {
    const all = { ...headers, ':content-type': 'application/json' };
    this.#stream.write(
      codec.encode({
        headers: Object.fromEntries(
          Object.entries(all).map(([name, value]) => [name, { type: 'string' as const, value }]),
        ),
        body: fromUtf8(JSON.stringify(body)),
      }),
    );
  }
}
