import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  readonly at: number;
}

export type Answer = (request: Received, response: ServerResponse, count: number) => unknown;

const noContent: Answer = (_, response) => response.writeHead(204).end();

/** A real HTTP server on loopback that keeps what it gets. `answer` may be exchanged at any time. */
export class Receiver {
  readonly received: Received[] = [];
  readonly server: Server;
  answer: Answer;
  connections = 0;
  /** Requests that have no answer yet. */
  open = 0;
  maxOpen = 0;

  private constructor(answer: Answer) {
    this.answer = answer;
    this.server = createServer((request, response) => void this.#take(request, response));
    this.server.on('connection', (socket: Socket) => {
      this.connections += 1;
      socket.on('error', () => {});
    });
  }

  static async start(answer: Answer = noContent, host = '127.0.0.1', port = 0): Promise<Receiver> {
    const receiver = new Receiver(answer);
    await receiver.listen(port, host);
    return receiver;
  }

  listen(port: number, host = '127.0.0.1'): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.server.once('error', reject).listen(port, host, resolve);
    return promise;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  url(path = '/'): string {
    return `http://127.0.0.1:${this.port}${path}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.server.close(() => resolve());
    this.server.closeAllConnections();
    await promise;
  }

  async #take(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url: path = '', headers } = request;
    const received = { method, path, headers, body: Buffer.concat(chunks).toString(), at: performance.now() };
    this.received.push(received);
    this.open += 1;
    this.maxOpen = Math.max(this.maxOpen, this.open);
    response
      .on('error', () => {})
      .on('close', () => {
        this.open -= 1;
      });
    await this.answer(received, response, this.received.length);
  }
}
