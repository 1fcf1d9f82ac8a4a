import type * as Http from 'node:http';
import type { IncomingMessage, Server } from 'node:http';
import type { Socket } from 'node:net';
import { WebSocketServer } from 'ws';
import { messageOf } from '../core/errors.ts';
import { within } from '../core/wait.ts';
import { whenNeeded } from '../core/when-needed.ts';
import { AriSocket, type SocketOptions } from './ari-socket.ts';
import { type Credentials, Handshake } from './handshake.ts';

export interface ListenerOptions extends Credentials {
  readonly host: string;
  readonly port: number;
}

/** An `import` of it asks for all that it exports, one of which is `fetch` and the like: 14 MB. */
const http = whenNeeded<typeof Http>('node:http');

/** How long Asterisk is waited for, which dials several times a second; then whoever waits looks whether it is there at all. */
const dialledWithin = 5_000;

/** Whoever connects and says nothing. */
const headersTimeout = 5_000;

const words: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  404: 'Not Found',
  503: 'Service Unavailable',
};

/**
 * Where Asterisk dials us. It takes one connection, and only while somebody waits for it and will read at once what comes:
 * Asterisk throws away what it has kept for us where it cannot write it quickly. Until then it is told 503, and tries again.
 */
export class AriListener {
  readonly #options: ListenerOptions;
  readonly #handshake: Handshake;
  readonly #server: Server;
  readonly #webSockets = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    handleProtocols: () => Handshake.protocol,
  });
  /** Makes the socket of the next connection, in the turn in which that comes: its first event may be there with it. */
  #wanted: ((request: IncomingMessage, socket: Socket, head: Buffer) => void) | undefined;
  /** There is a connection, or one that is not closed yet. */
  #isTaken = false;
  #refused: number | undefined;
  #onKnock: () => void = () => undefined;

  private constructor(options: ListenerOptions) {
    this.#options = options;
    this.#handshake = new Handshake(options);
    this.#server = http().createServer({ headersTimeout }, (_, response) => response.writeHead(404).end());
    this.#server.on('upgrade', (request, socket: Socket, head) => this.#upgrade(request, socket, head));
  }

  /** @throws Error in words where the port is not to be had. */
  static async open(options: ListenerOptions): Promise<AriListener> {
    const listener = new AriListener(options);
    const { host, port } = options;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    // Later ones are about a connection that could not be taken; it is tried again.
    listener.#server.on('error', reject).listen({ host, port, exclusive: true }, resolve);
    await promise.catch((cause: unknown) => {
      const reason = `nobody can listen for Asterisk at ${host}:${port} (ARIFLOW_ARI_LISTEN)`;
      throw new Error(`${reason}: ${messageOf(cause)}`, { cause });
    });
    return listener;
  }

  /** The port, where any was asked for. */
  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  /** Resolves to the connection that Asterisk makes. @throws Error in words where it does not come in time. */
  async accept(options: SocketOptions, signal: AbortSignal): Promise<AriSocket> {
    const { promise, resolve } = Promise.withResolvers<AriSocket>();
    const onClose = (reason: string): void => {
      this.#isTaken = false;
      options.onClose(reason);
    };
    this.#refused = undefined;
    this.#wanted = (request, stream, head) => {
      this.#webSockets.handleUpgrade(request, stream, head, (socket) => {
        this.#wanted = undefined;
        this.#isTaken = true;
        resolve(AriSocket.over(socket, stream, { ...options, onClose }));
      });
    };
    try {
      const socket = await within(promise, dialledWithin, signal);
      if (!socket) throw new Error(this.#whyNot());
      return socket;
    } finally {
      this.#wanted = undefined;
    }
  }

  /** Resolves when Asterisk dials and nobody waits for it, which is after a moment, and never where it is away. */
  knock(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#onKnock = resolve;
    return promise;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    const wrong = this.#handshake.refusalOf(request);
    const status = wrong ?? (this.#isTaken || !this.#wanted ? 503 : undefined);
    this.#refused = wrong ?? this.#refused;
    if (status === undefined) return this.#wanted?.(request, socket, head);
    if (wrong === undefined) this.#onKnock();
    socket.on('error', () => undefined);
    socket.end(`HTTP/1.1 ${status} ${words[status]}\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`, () =>
      socket.destroy(),
    );
  }

  #whyNot(): string {
    const { host, port } = this.#options;
    if (this.#refused === 401)
      return `what dials ${host}:${port} has another user or password than ARIFLOW_ARI_USER and ARIFLOW_ARI_PASSWORD`;
    if (this.#refused !== undefined)
      return `what dials ${host}:${port} is no ARI of Asterisk's for us (refused with ${this.#refused})`;
    return `Asterisk does not dial ${host}:${port}: are websocket_client.conf and ari.conf there, and this address right?`;
  }
}
