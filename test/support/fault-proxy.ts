import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type RawData, WebSocket, WebSocketServer } from 'ws';
import type { EventFault } from './event-faults.ts';
import { answerOfFault, RequestFaults } from './request-faults.ts';

/** A WebSocket of the daemon's, and the one to Asterisk that it is carried on by. */
interface Link {
  /** Of which application. */
  readonly app: string;
  readonly down: WebSocket;
  readonly up: WebSocket;
  /** Requests whose answers do not come. */
  readonly unanswered: Set<string>;
  /** Nothing goes through any more, pings neither, and nobody is told. */
  isForgotten: boolean;
}

interface Frame {
  readonly type?: string;
  readonly request_id?: string;
  readonly transaction_id?: string;
  readonly method?: string;
  readonly uri?: string;
}

/**
 * Stands between the daemon and ARI, and understands what goes through: it cuts, delays, says nothing, answers by itself, and does
 * to events what a test wants. What speaks other protocols has the `Relay`.
 */
export class FaultProxy implements AsyncDisposable {
  readonly requests = new RequestFaults();
  /** What becomes of events; nothing by default. */
  events: EventFault | undefined;
  /** Each frame takes so many milliseconds, both ways. */
  latency = 0;
  /** New connections are taken and not answered. */
  isDeaf = false;
  readonly #target: string;
  readonly #server: Server;
  readonly #webSockets = new WebSocketServer({ noServer: true, autoPong: false, perMessageDeflate: false });
  readonly #links = new Set<Link>();
  readonly #sockets = new Set<Socket>();
  #port = 0;

  private constructor(target: string) {
    this.#target = target;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.on('error', () => undefined);
      socket.once('close', () => this.#sockets.delete(socket));
    });
    this.#server.on('upgrade', (request, socket: Socket, head) => this.#upgrade(request, socket, head));
  }

  /** In front of an ARI: `http://127.0.0.1:8088/ari`. */
  static async to(ariUrl: string): Promise<FaultProxy> {
    const proxy = new FaultProxy(new URL(ariUrl).origin);
    await proxy.open();
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/ari`;
  }

  /** The applications that have a socket. */
  get apps(): readonly string[] {
    return [...this.#links].map(({ app }) => app);
  }

  /** Cuts what there is, or only the sockets of some applications. New connections work. */
  cut(apps = /./): void {
    for (const { app, down, up } of this.#links) {
      if (!apps.test(app)) continue;
      down.terminate();
      up.terminate();
    }
  }

  /** What there is carries nothing any more and looks open to both ends, as where a router has forgotten it: for good. */
  forget(): void {
    for (const link of this.#links) link.isForgotten = true;
  }

  /** Cuts what there is and refuses new connections, as a machine does where nobody listens. */
  async shut(): Promise<void> {
    if (!this.#server.listening) return;
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.cut();
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  async open(): Promise<void> {
    this.#server.listen(this.#port, '127.0.0.1');
    await once(this.#server, 'listening');
    this.#port = (this.#server.address() as AddressInfo).port; // a TCP server has one
  }

  /** From now on all goes through as it is. */
  heal(): void {
    this.requests.clear();
    this.events = undefined;
    this.latency = 0;
    this.isDeaf = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.shut();
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    if (this.isDeaf) return void socket.resume();
    const { authorization, 'sec-websocket-protocol': protocol } = request.headers;
    const url = new URL(request.url ?? '', this.#target.replace(/^http/, 'ws'));
    const up = new WebSocket(url, protocol === undefined ? [] : [protocol], {
      headers: { ...(authorization === undefined ? {} : { authorization }) },
      perMessageDeflate: false,
    });
    up.on('error', () => socket.destroy());
    up.once('unexpected-response', (_, { statusCode }) =>
      socket.end(`HTTP/1.1 ${statusCode} No\r\ncontent-length: 0\r\n\r\n`),
    );
    up.once('open', () => {
      const join = (down: WebSocket): void => {
        this.#join({
          app: url.searchParams.get('app') ?? '',
          down,
          up,
          unanswered: new Set(),
          isForgotten: false,
        });
      };
      this.#webSockets.handleUpgrade(request, socket, head, join);
    });
  }

  #join(link: Link): void {
    const { down, up } = link;
    this.#links.add(link);
    down.on('message', (data, isBinary) => this.#carry(link, () => this.#ask(link, data, isBinary)));
    up.on('message', (data, isBinary) => this.#carry(link, () => this.#tell(link, data, isBinary)));
    down.on('ping', (data) => this.#carry(link, () => isOpen(up) && up.ping(data)));
    up.on('pong', (data) => this.#carry(link, () => isOpen(down) && down.pong(data)));
    for (const [one, other] of [
      [down, up],
      [up, down],
    ] as const) {
      one.on('error', () => undefined);
      one.once('close', (code) => {
        this.#links.delete(link);
        if (!link.isForgotten) end(other, code);
      });
    }
  }

  #carry(link: Link, pass: () => unknown): void {
    if (link.isForgotten) return;
    if (this.latency === 0) pass();
    else setTimeout(() => !link.isForgotten && pass(), this.latency);
  }

  /** From the daemon. */
  #ask({ down, up, unanswered }: Link, data: RawData, isBinary: boolean): void {
    const forward = (): void => send(up, data, isBinary);
    if (isBinary) return forward();
    const { method = '', uri = '', request_id = '', transaction_id } = frameOf(data);
    const fault = this.requests.take(method, uri);
    if (fault?.isLost) return;
    if (fault?.status !== undefined) {
      const answer = { type: 'RESTResponse', transaction_id, request_id, uri, reason_phrase: '' };
      const said = { status_code: fault.status, message_body: JSON.stringify(answerOfFault) };
      return send(down, JSON.stringify({ ...answer, ...said }), false);
    }
    if (fault?.isUnanswered) unanswered.add(request_id);
    if (fault?.delay === undefined) forward();
    else setTimeout(forward, fault.delay);
  }

  /** From Asterisk. */
  #tell({ down, unanswered }: Link, data: RawData, isBinary: boolean): void {
    const { type, request_id = '' } = isBinary ? {} : frameOf(data);
    if (type === 'RESTResponse' && unanswered.delete(request_id)) return;
    if (isBinary || type === 'RESTResponse' || !this.events) return send(down, data, isBinary);
    this.events(String(data), (text) => send(down, text, false));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { method = '', url = '', headers } = request;
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const fault = this.requests.take(method, url.replace(/^\/ari\//, ''));
    if (this.isDeaf || fault?.isLost) return;
    if (fault?.status !== undefined)
      return void response.writeHead(fault.status).end(JSON.stringify(answerOfFault));
    const { authorization, 'content-type': type } = headers;
    const sent = { ...(authorization && { authorization }), ...(type && { 'content-type': type }) };
    const body = chunks.length === 0 ? {} : { body: Buffer.concat(chunks) };
    const answer = await fetch(`${this.#target}${url}`, { method, headers: sent, ...body }).catch(
      () => undefined,
    );
    if (!answer) return void response.destroy();
    const text = await answer.text();
    if (!fault?.isUnanswered) response.writeHead(answer.status).end(text);
  }
}

const isOpen = (socket: WebSocket): boolean => socket.readyState === WebSocket.OPEN;

function send(socket: WebSocket, data: RawData | string, isBinary: boolean): void {
  if (isOpen(socket)) socket.send(data, { binary: isBinary });
}

/** Codes of the library's own are for nobody else. */
function end(socket: WebSocket, code: number): void {
  if (code === 1000 || code === 1001) socket.close(code);
  else socket.terminate();
}

function frameOf(data: RawData): Frame {
  return JSON.parse(String(data)) as Frame; // of ARI
}
