import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { NumberListener } from './number-listener.ts';
import { readWav } from './wav.ts';

/** What it was asked. */
export interface TranscriptionRequest {
  readonly fields: Readonly<Record<string, string>>;
  readonly authorization: string | undefined;
  readonly file: { readonly name: string; readonly type: string };
  readonly samples: Int16Array;
}

/** How it fails: a status; never an answer; one without words; no JSON; other JSON; half an answer, and the end; one without an end. */
export type TranscriptionFault = number | 'silent' | 'wordless' | 'garbage' | 'other' | 'cut' | 'endless';

/** A server with OpenAI's `/audio/transcriptions` that understands spoken numbers, on loopback. */
export class TranscriptionServer implements AsyncDisposable {
  /** Oldest first, those that fail too. */
  readonly requests: TranscriptionRequest[] = [];
  readonly url: string;
  /** How it fails from now on. */
  fault: TranscriptionFault | undefined;
  /** Milliseconds until an answer; of one utterance by its words, where a function. */
  delay: number | ((words: readonly string[]) => number) = 0;
  /** What it has understood, whatever was said. */
  says: string | undefined;
  /** Requests under way, and how many there were at once at most. */
  open = 0;
  mostOpen = 0;
  /** No answer goes out before. */
  gate: Promise<void> | undefined;
  readonly #server: Server;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}/v1`;
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  static async open(): Promise<TranscriptionServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new TranscriptionServer(server, (server.address() as AddressInfo).port); // a TCP server has one
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.mostOpen = Math.max(this.mostOpen, ++this.open);
    // An answer that is sent is over, whenever its connection is.
    const over = new Set([response]);
    const isOver = (): void => {
      if (over.delete(response)) this.open--;
    };
    response
      .on('error', () => undefined)
      .on('finish', isOver)
      .on('close', isOver);
    const isRight = request.method === 'POST' && request.url === '/v1/audio/transcriptions';
    const asked = isRight ? await parse(request) : undefined;
    if (!asked) return void response.writeHead(404).end();
    this.requests.push(asked);
    const words = wordsIn(asked.samples);
    await this.gate;
    await pause(typeof this.delay === 'number' ? this.delay : this.delay(words));
    this.#answer(response, JSON.stringify({ text: this.says ?? words.join(' ') }));
  }

  #answer(response: ServerResponse, answer: string): void {
    const headers = { 'content-type': 'application/json' };
    if (typeof this.fault === 'number')
      return void response.writeHead(this.fault, headers).end('{"error":{"message":"no"}}');
    switch (this.fault) {
      case undefined:
        return void response.writeHead(200, headers).end(answer);
      case 'silent':
        return;
      case 'wordless':
        return void response.writeHead(200, headers).end('{"text":" "}');
      case 'garbage':
        return void response.writeHead(200, headers).end('<html>');
      case 'other':
        return void response.writeHead(200, headers).end('{"text":7}');
      case 'cut':
        response.writeHead(200, { ...headers, 'content-length': String(answer.length) });
        return void response.write(answer.slice(0, answer.length / 2), () => response.destroy());
      case 'endless':
        return void pour(response.writeHead(200, headers));
      default:
        return this.fault satisfies never;
    }
  }
}

/** All that is said in it. */
export function wordsIn(samples: Int16Array): string[] {
  const listener = new NumberListener();
  const sentences = [...listener.hear(samples), ...listener.end()].filter(({ isFinal }) => isFinal);
  return sentences.flatMap(({ words }) => words.map(({ text }) => text));
}

/** Each piece waits until the other side has taken the one before. */
function pour(response: ServerResponse): void {
  response.write(' '.repeat(65_536), (error) => {
    if (!error) pour(response);
  });
}

/** Its form, read by the platform's own parser; `undefined` where it is none, or has no WAV of telephone audio in it. */
async function parse(request: IncomingMessage): Promise<TranscriptionRequest | undefined> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  const form = await new Response(Buffer.concat(chunks), { headers }).formData();
  const file = form.get('file');
  if (!(file instanceof File)) return undefined;
  const { rate, channels } = readWav(Buffer.from(await file.arrayBuffer()));
  if (rate !== 8_000 || channels.length !== 1) return undefined;
  const fields = [...form].flatMap(([name, value]) => (typeof value === 'string' ? [[name, value]] : []));
  return {
    fields: Object.fromEntries(fields) as Record<string, string>,
    authorization: request.headers.authorization,
    file: { name: file.name, type: file.type },
    samples: channels[0] ?? new Int16Array(),
  };
}
