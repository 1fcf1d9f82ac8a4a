import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

/** What lies at a path: a body with its headers, or how the server misbehaves instead. */
export interface MediaFile {
  readonly status?: number;
  readonly body?: Buffer | string;
  readonly headers?: Readonly<Record<string, string>>;
  /** `hang`: never a word; `drip`: a byte now and then; `zeros`: two gigabytes of them; `stall`: half of it and no more; `cut`: half of it, then the end. */
  readonly instead?: 'hang' | 'drip' | 'zeros' | 'stall' | 'cut';
  /** Milliseconds until the answer. */
  readonly delay?: number;
}

/** Somebody's web server with audio on it, on loopback. Answers 304 to whoever has the ETag. */
export class MediaServer implements AsyncDisposable {
  /** `GET /path`, oldest first, with the answer's status. */
  readonly requests: { readonly path: string; readonly status: number }[] = [];
  readonly files = new Map<string, MediaFile>();
  readonly url: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** Answers that are under way. */
  open = 0;

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
    server.on('request', (request, response) => void this.#serve(request, response));
    server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined).on('close', () => this.#sockets.delete(socket));
    });
  }

  static async open(files: Readonly<Record<string, MediaFile>> = {}): Promise<MediaServer> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const media = new MediaServer(server, (server.address() as AddressInfo).port); // a TCP server has one
    for (const [path, file] of Object.entries(files)) media.files.set(path, file);
    return media;
  }

  /** How often a path was asked for. */
  count(path: string): number {
    return this.requests.filter((request) => request.path === path).length;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    for (const socket of this.#sockets) socket.destroy();
    await once(this.#server, 'close');
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = request.url ?? '';
    const { status = 200, body = '', headers = {}, instead, delay } = this.files.get(path) ?? { status: 404 };
    const isKnown = headers.etag !== undefined && request.headers['if-none-match'] === headers.etag;
    this.requests.push({ path, status: isKnown ? 304 : status });
    this.open++;
    response.on('error', () => undefined).on('close', () => this.open--);
    if (delay !== undefined) await pause(delay);
    if (isKnown) return void response.writeHead(304, headers).end();
    switch (instead) {
      case 'hang':
        return;
      case 'drip':
        return drip(response.writeHead(200, headers));
      case 'zeros':
        return zeros(response.writeHead(200, headers), 2 ** 31);
      case 'stall':
        return void response.writeHead(200, headers).write(body.slice(0, body.length / 2));
      case 'cut':
        response.writeHead(200, { ...headers, 'content-length': String(body.length) });
        return void response.write(body.slice(0, body.length / 2), () => response.destroy());
      case undefined:
        return void response.writeHead(status, headers).end(body);
      default:
        return instead satisfies never;
    }
  }
}

async function drip(response: ServerResponse): Promise<void> {
  for (const byte of Buffer.from('RIFF').subarray(0, 4)) {
    response.write(Buffer.of(byte));
    await pause(500);
  }
  while (!response.destroyed) {
    response.write('x');
    await pause(500);
  }
}

/** Each piece waits until the other side has taken the one before. */
function zeros(response: ServerResponse, bytes: number): void {
  if (bytes <= 0) return void response.end();
  response.write(Buffer.alloc(65_536), (error) => {
    if (!error) zeros(response, bytes - 65_536);
  });
}
