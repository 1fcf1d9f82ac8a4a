import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { garbage, type SpeechFault, slowAnswer } from './speech-fault.ts';

/** An answer that is no audio: what the provider says of an error. */
export interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: object;
}

/** What a provider over HTTP/1.1 makes of a request: audio, or a refusal. */
export interface Protocol<Asked> {
  readonly contentType: string;
  readonly asked: (path: string, body: object, request: IncomingMessage) => Asked | Refusal;
  readonly audio: (asked: Asked) => Buffer;
  readonly refusals: Readonly<Record<'quota' | 'expired' | 'unavailable', Refusal>>;
}

/** A provider that speaks over HTTP/1.1, on loopback. */
export class HttpSpeechServer<Asked extends object> implements AsyncDisposable {
  readonly url: string;
  readonly port: number;
  /** Oldest first. */
  readonly asked: Asked[] = [];
  fault: SpeechFault | undefined;
  /** Answers that are under way. */
  open = 0;
  readonly #server: Server;
  readonly #protocol: Protocol<Asked>;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, protocol: Protocol<Asked>) {
    this.#server = server;
    this.#protocol = protocol;
    this.port = (server.address() as AddressInfo).port; // a TCP server has one
    this.url = `http://127.0.0.1:${this.port}`;
    server.on('request', (request, response) => void this.#serve(request, response));
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    });
  }

  static async open<Asked extends object>(protocol: Protocol<Asked>): Promise<HttpSpeechServer<Asked>> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new HttpSpeechServer(server, protocol);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.open++;
    response.on('error', () => undefined).on('close', () => this.open--);
    const { asked: read, audio, contentType, refusals } = this.#protocol;
    const asked = read(request.url ?? '', JSON.parse((await bodyOf(request)) || '{}') as object, request);
    if ('status' in asked && 'body' in asked) return refuse(response, asked as Refusal);
    this.asked.push(asked as Asked);
    const bytes = audio(asked as Asked);
    switch (this.fault) {
      case 'slow':
        await pause(slowAnswer, undefined, { ref: false });
        break;
      case 'silent':
        return;
      case 'garbage':
        return void response.writeHead(200, { 'content-type': contentType }).end(garbage());
      case 'cut':
        response.writeHead(200, { 'content-type': contentType });
        return void response.write(bytes.subarray(0, bytes.length / 2), () => response.destroy());
      case undefined:
        break;
      default:
        return refuse(response, refusals[this.fault]);
    }
    response.writeHead(200, { 'content-type': contentType }).end(bytes);
  }
}

function refuse(response: ServerResponse, { status, headers, body }: Refusal): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  return String(Buffer.concat(chunks));
}
