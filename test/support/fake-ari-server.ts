import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { type WebSocket, WebSocketServer } from 'ws';
import type { AriEvent } from '../../src/ari/events.gen.ts';
import { type Operation, operations } from '../../src/ari/operations.ts';
import type { SimulatedAsteriskOptions } from '../../src/simulator/asterisk/asterisk.ts';
import type { SimulatedRequest } from '../../src/simulator/asterisk/request.ts';
import { FakeAriLink, type FakeLinkOptions } from './fake-ari-link.ts';
import { FakeAsterisk } from './fake-asterisk.ts';

interface RestRequest {
  readonly request_id: string;
  readonly transaction_id: string;
  readonly method: string;
  readonly uri: string;
  readonly message_body?: string;
}

/** The fake Asterisk as a server on loopback: ARI over HTTP and over a WebSocket. */
export class FakeAriServer implements AsyncDisposable {
  readonly asterisk: FakeAsterisk;
  readonly user = 'ariflow';
  readonly password = 'secret';
  /** Answers everything with this status instead. */
  refusal: number | undefined;
  /** Says nothing more, pings included, with its connections open: a half-open connection. */
  isSilent = false;
  /** Takes connections and does not even answer the handshake. */
  isDeaf = false;
  /** Awaited before each answer. */
  beforeAnswer: (() => Promise<unknown>) | undefined;
  /** How many pings came. */
  pings = 0;
  #port = 0;
  /** How many WebSockets were asked for since the start. */
  attempts = 0;
  readonly #server: Server;
  readonly #webSockets = new WebSocketServer({ noServer: true, autoPong: false });
  readonly #apps = new Map<string, { send(text: string): void }>();
  readonly #links = new Set<FakeAriLink>();
  /** Applications that other clients have. */
  readonly #others = new Set<string>();
  /** On which audio goes, oldest first. */
  readonly #media = new Set<WebSocket>();
  readonly #connections = new Set<Socket>();

  private constructor(asterisk: FakeAsterisk) {
    this.asterisk = asterisk;
    asterisk.onEvent = (event) => this.sendRaw(JSON.stringify(event));
    asterisk.isServed = () => this.isRegistered;
    this.#server = createServer((request, response) => void this.#serve(request, response));
    this.#server.on('connection', (socket) => {
      this.#connections.add(socket);
      socket.once('close', () => this.#connections.delete(socket));
    });
    this.#server.on('upgrade', (request, socket: Socket, head) => {
      this.attempts++;
      if (this.isDeaf) return void socket.resume().once('end', () => socket.destroy());
      const [, connectionId] = /^\/media\/([\w-]+)$/.exec(request.url ?? '') ?? [];
      if (connectionId !== undefined)
        return this.#webSockets.handleUpgrade(request, socket, head, (media) => {
          this.#media.add(media);
          media.on('close', () => this.#media.delete(media));
          asterisk.sideChannels.connectBy(connectionId);
        });
      const refused = this.#refusalOf(request);
      if (refused !== undefined) return socket.end(`HTTP/1.1 ${refused} No\r\ncontent-length: 0\r\n\r\n`);
      this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => this.#accept(request, webSocket));
    });
  }

  static async open(options: SimulatedAsteriskOptions = {}): Promise<FakeAriServer> {
    const server = new FakeAriServer(new FakeAsterisk(options));
    await new Promise<void>((resolve, reject) => {
      server.#server.once('error', reject);
      server.#server.listen(0, '127.0.0.1', resolve);
    });
    server.#port = (server.#server.address() as AddressInfo).port;
    return server;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/ari`;
  }

  /** How many TCP connections are open. */
  get connections(): number {
    return this.#connections.size;
  }

  /** Is the application there, with a socket? */
  get isRegistered(): boolean {
    return this.#apps.has(this.asterisk.app);
  }

  /** Any text at all to the socket of the application. */
  sendRaw(text: string): void {
    this.#apps.get(this.asterisk.app)?.send(text);
  }

  /** Audio for whoever has it come over a WebSocket, in frames of 20 ms, all at once. */
  say(samples: Int16Array): void {
    const bytes = Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength);
    for (const media of this.#media)
      for (let at = 0; at < bytes.length; at += 320) media.send(bytes.subarray(at, at + 320));
  }

  /** Dials the daemon, and goes on doing so; the application is there from now on, whether it is connected or not. */
  dial(where: Pick<FakeLinkOptions, 'url'> & Partial<FakeLinkOptions>): FakeAriLink {
    const { app } = this.asterisk;
    const registered = JSON.stringify(eventOf(app, 'ApplicationRegistered'));
    // Asterisk answers nothing there while it does not know the application.
    const takes = () => this.#inTurn(() => this.isRegistered);
    const link = new FakeAriLink({
      user: this.user,
      password: this.password,
      registered,
      takes,
      ...where,
    });
    this.#links.add(link);
    this.giveTo(link);
    return link;
  }

  /** The application is registered for that connection, whoever had it and is told so or not. */
  giveTo(link: FakeAriLink, { isTold = true } = {}): void {
    const { app } = this.asterisk;
    if (isTold) this.sendRaw(JSON.stringify(eventOf(app, 'ApplicationReplaced')));
    this.#apps.set(app, link);
  }

  /** The application is nobody's, and nobody is told. */
  forget(): void {
    this.#apps.delete(this.asterisk.app);
  }

  /** Another client registers the application, or another daemon with its lanes; disposed of, it goes. */
  takeOver(by: 'client' | 'daemon' = 'client'): Disposable {
    const { app } = this.asterisk;
    this.sendRaw(JSON.stringify(eventOf(app, 'ApplicationReplaced')));
    this.#apps.delete(app);
    const names = [app, ...(by === 'daemon' ? [`${app}-lane-1-1`] : [])];
    for (const name of names) this.#others.add(name);
    return { [Symbol.dispose]: () => this.#others.clear() };
  }

  /** Cuts every connection. */
  drop(): void {
    for (const socket of this.#connections) socket.destroy();
  }

  async close(): Promise<void> {
    for (const link of this.#links) await link[Symbol.asyncDispose]();
    this.drop();
    if (this.#server.listening) await new Promise((resolve) => this.#server.close(resolve));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #refusalOf({ headers, url = '' }: IncomingMessage): number | undefined {
    if (this.refusal !== undefined) return this.refusal;
    const credentials = Buffer.from(`${this.user}:${this.password}`).toString('base64');
    if (headers.authorization !== `Basic ${credentials}`) return 401;
    return url.startsWith('/ari/') ? undefined : 404;
  }

  #accept(request: IncomingMessage, socket: WebSocket): void {
    const app = new URL(request.url ?? '', 'http://localhost').searchParams.get('app') ?? '';
    this.#apps.get(app)?.send(JSON.stringify(eventOf(app, 'ApplicationReplaced')));
    this.#apps.set(app, socket);
    socket.send(JSON.stringify(eventOf(app, 'ApplicationRegistered')));
    socket.on('close', () => {
      if (this.#apps.get(app) === socket) this.#apps.delete(app);
    });
    socket.on('error', () => undefined);
    socket.on('ping', () => {
      this.pings++;
      if (!this.isSilent) socket.pong();
    });
    const take = this.#inTurn();
    socket.on('message', (data) => take(String(data), socket));
  }

  /** One socket's requests are handled strictly one after the other. */
  #inTurn(isAnswered = () => true): (text: string, socket: WebSocket) => void {
    let previous: Promise<void> = Promise.resolve();
    return (text, socket) => {
      previous = previous.then(() =>
        isAnswered() ? this.#answer(JSON.parse(text) as RestRequest, socket) : undefined,
      );
    };
  }

  async #answer({ request_id, transaction_id, method, uri, message_body }: RestRequest, socket: WebSocket) {
    const found = await this.#perform(method, uri, message_body);
    if (this.beforeAnswer) await this.beforeAnswer();
    if (this.isSilent) return;
    const answer = {
      type: 'RESTResponse',
      transaction_id,
      request_id,
      status_code: found.status,
      reason_phrase: '',
      uri,
      ...(found.body === undefined ? {} : { message_body: JSON.stringify(found.body) }),
    };
    socket.send(JSON.stringify(answer));
    this.asterisk.hold(found.events);
    this.asterisk.release();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refused = this.#refusalOf(request);
    const text = await textOf(request);
    const found = refused
      ? { status: refused, body: { message: 'refused' }, events: [] }
      : await this.#perform(request.method ?? '', (request.url ?? '').replace(/^\/ari\//, ''), text);
    if (this.beforeAnswer) await this.beforeAnswer();
    if (this.isSilent) return;
    this.asterisk.hold(found.events);
    this.asterisk.release();
    response.writeHead(found.status, { 'content-type': 'application/json' });
    response.end(found.body === undefined ? undefined : JSON.stringify(found.body));
  }

  #perform(method: string, uri: string, text: string | undefined) {
    if (uri === 'applications') {
      const names = new Set([...this.#apps.keys(), ...this.#others]);
      return { status: 200, body: [...names].map((name) => ({ name, channel_ids: [] })), events: [] };
    }
    const request = parseRequest(method, uri, text);
    return request
      ? this.asterisk.perform(request)
      : { status: 404, body: { message: 'Resource not found' }, events: [] };
  }
}

/** The operation that a method and a URI mean, with its parameters. */
function parseRequest(method: string, uri: string, text: string | undefined): SimulatedRequest | undefined {
  const url = new URL(uri, 'http://localhost/');
  for (const operation of Object.values<Operation>(operations)) {
    const names = [...operation.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? '');
    const pattern = new RegExp(`^/${operation.path.replace(/\{\w+\}/g, '([^/]+)')}$`);
    const match = operation.method === method ? pattern.exec(url.pathname) : undefined;
    if (!match) continue;
    const path = Object.fromEntries(
      names.map((name, index) => [name, decodeURIComponent(match[index + 1] ?? '')]),
    );
    const query = Object.fromEntries(url.searchParams);
    return { operation, path, query, body: text ? (JSON.parse(text) as Record<string, unknown>) : undefined };
  }
  return undefined;
}

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

function eventOf(application: string, type: AriEvent['type'] | 'ApplicationRegistered') {
  return { type, application, timestamp: new Date().toISOString(), asterisk_id: 'fake' };
}
