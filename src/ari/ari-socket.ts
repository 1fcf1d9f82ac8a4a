import type { Duplex } from 'node:stream';
import { WebSocket } from 'ws';
import { clearTimer, every, now, setTimer, setTurn, type Timer } from '../core/clock.ts';
import { LazySet } from '../core/lazy-set.ts';
import { Living } from '../core/living.ts';
import { after, onAbort } from '../core/wait.ts';
import type { AriEvent } from './events.gen.ts';
import { AriError, type AriRequest, errorText, requestTimeout, uriOf } from './transport.ts';
import { WriteTurn } from './write-turn.ts';

export interface SocketOptions {
  /** ARI's base URL, `http://host:8088/ari`. */
  readonly url: string;
  readonly user: string;
  readonly password: string;
  readonly app: string;
  readonly onEvent: (event: AriEvent) => void;
  /** Called with the first answer to a request, before any event that comes behind it. */
  readonly onFirstAnswer?: () => void;
  /** Called once, when the socket is no more. */
  readonly onClose: (reason: string) => void;
}

interface RestResponse {
  readonly type: 'RESTResponse';
  readonly request_id: string;
  readonly status_code: number;
  readonly reason_phrase: string;
  readonly message_body?: string;
}

interface Pending {
  readonly resolve: (body: unknown) => void;
  readonly reject: (error: unknown) => void;
  readonly path: string;
  readonly sentAt: number;
  /** Of whoever waits for the answer; `stop` is what he would not wait for. */
  readonly signal: AbortSignal | undefined;
  readonly stop: () => void;
}

const normalClosure = 1_000;
/** How long Asterisk may take to say good-bye too. */
const closeDeadline = 1_000;

/** How often it is asked whether it is there, in milliseconds. */
const pingEvery = 5_000;

/** So many pings in a row Asterisk may leave unanswered: on a machine that is overrun it does nothing for seconds, and is there. */
const mostUnanswered = 2;

/**
 * One WebSocket to Asterisk, carrying events and requests (REST over WebSocket, Asterisk 22.4). It lives once: whoever
 * needs it again makes a new one.
 */
export class AriSocket {
  readonly #socket: WebSocket;
  readonly #options: SocketOptions;
  readonly #turn: WriteTurn;
  /** In the order they were sent, which is the one in which they are answered. */
  readonly #pending = new Living<string, Pending>();
  /** Also those nobody waits for any more: Asterisk is still at them. */
  readonly #unanswered = new LazySet<string>();
  #lastId = 0;
  #lastAnswer = 0;
  #wasAnswered = false;
  #ping: Disposable | undefined;
  #unansweredPings = 0;
  #deadline: Timer | undefined;

  private constructor(options: SocketOptions, socket: WebSocket, stream: Duplex) {
    this.#options = options;
    this.#socket = socket;
    this.#turn = new WriteTurn(stream);
  }

  /**
   * Connects.
   * @throws AriError with status 401 for a wrong user or password, 0 when nobody answers.
   */
  static connect(options: SocketOptions, signal: AbortSignal): Promise<AriSocket> {
    const url = `${options.url.replace(/^http/, 'ws')}/events?app=${encodeURIComponent(options.app)}`;
    const credentials = Buffer.from(`${options.user}:${options.password}`).toString('base64');
    const headers = { authorization: `Basic ${credentials}` };
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const socket = new WebSocket(url, { headers, handshakeTimeout: 5_000, perMessageDeflate: false });
      let self: AriSocket | undefined;
      socket.once('upgrade', ({ socket: stream }) => {
        self = new AriSocket(options, socket, stream);
      });
      const listening = onAbort(signal, () => socket.terminate());
      const fail = (error: Error): void => {
        listening[Symbol.dispose]();
        reject(signal.aborted ? signal.reason : error);
      };
      socket.once('unexpected-response', (request, response) => {
        request.destroy();
        fail(new AriError(response.statusCode ?? 0, `ARI answered ${response.statusCode} to the WebSocket`));
      });
      socket.on('error', (cause) => fail(new AriError(0, 'no connection to ARI', { cause })));
      socket.once('open', () => {
        listening[Symbol.dispose]();
        if (!self) return fail(new AriError(0, 'no connection to ARI')); // never: it is upgraded before
        self.#begin();
        resolve(self);
      });
    });
  }

  /** What Asterisk has opened to us, over `stream`. */
  static over(socket: WebSocket, stream: Duplex, options: SocketOptions): AriSocket {
    const self = new AriSocket(options, socket, stream);
    socket.on('error', () => undefined); // that it closes says so too
    self.#begin();
    return self;
  }

  /** How many requests Asterisk has not answered. */
  get inFlight(): number {
    return this.#unanswered.size;
  }

  send(request: AriRequest, signal?: AbortSignal): Promise<unknown> {
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#socket.readyState !== WebSocket.OPEN)
      return Promise.reject(new AriError(0, 'ARI is not connected'));
    const id = String(++this.#lastId);
    return new Promise((resolve, reject) => {
      const stop = (): void => this.#fail(id, signal?.reason);
      const { path } = request.operation;
      this.#pending.set(id, { resolve, reject, path, sentAt: now(), signal, stop });
      this.#unanswered.add(id);
      signal?.addEventListener('abort', stop, { once: true });
      this.#deadline ??= setTimer(requestTimeout, () => this.#checkDeadlines());
      this.#turn.begin();
      this.#socket.send(frameOf(id, request), { binary: false });
    });
  }

  /** Says good-bye, or Asterisk logs a broken connection; waiting requests fail. */
  close(): void {
    this.#socket.close(normalClosure);
    after(closeDeadline, () => this.#socket.terminate());
  }

  #begin(): void {
    this.#socket.on('message', (data) => this.#receive(String(data)));
    this.#socket.on('pong', () => {
      this.#unansweredPings = 0;
    });
    this.#socket.once('close', (code) => this.#end(`closed with ${code}`));
    // Asterisk never pings, and a half-open connection looks alive for ever: we ask.
    this.#ping = every(pingEvery, () => this.#checkAlive());
  }

  #checkAlive(): void {
    // It answers pings between requests: while it is at one, a ping may wait as long as that may.
    const patience = this.#unanswered.size > 0 ? Math.ceil(requestTimeout / pingEvery) : mostUnanswered;
    if (this.#unansweredPings < patience) {
      this.#unansweredPings++;
      this.#socket.ping();
      return;
    }
    // Whoever slept through the answer himself reads it in this turn.
    setTurn(() => {
      if (this.#unansweredPings >= patience) this.#socket.terminate();
    });
  }

  #receive(text: string): void {
    const message = parseFrame(text);
    if (!message) return this.#socket.terminate(); // a peer that is not Asterisk; reconnecting tells
    if (message.type !== 'RESTResponse') return this.#hear(message as AriEvent);
    if (!this.#wasAnswered) this.#options.onFirstAnswer?.();
    this.#wasAnswered = true;
    const response = message as RestResponse;
    this.#unanswered.delete(response.request_id);
    this.#lastAnswer = now();
    this.#unansweredPings = 0; // they wait behind requests, and this is as good a sign of life
    const pending = this.#take(response.request_id);
    if (pending) settle(pending, response);
  }

  #hear(event: AriEvent): void {
    // What it has kept for us comes before all answers.
    if (!this.#wasAnswered) this.#lastAnswer = now();
    this.#options.onEvent(event);
  }

  #end(reason: string): void {
    this.#ping?.[Symbol.dispose]();
    if (this.#deadline) clearTimer(this.#deadline);
    for (const id of [...this.#pending.keys()])
      this.#fail(id, new AriError(0, 'the connection to ARI was lost'));
    this.#options.onClose(reason);
  }

  /** Asterisk takes requests one by one: while it answers others, the turn of one has not come. */
  #checkDeadlines(): void {
    this.#deadline = undefined;
    for (const [id, { path, sentAt }] of this.#pending) {
      const rest = Math.max(sentAt, this.#lastAnswer) + requestTimeout - now();
      // Whatever was sent later has longer.
      if (rest > 0) {
        this.#deadline = setTimer(rest, () => this.#checkDeadlines());
        return;
      }
      this.#fail(id, new AriError(0, `no answer to ${path}`));
    }
  }

  #fail(id: string, error: unknown): void {
    this.#take(id)?.reject(error);
  }

  #take(id: string): Pending | undefined {
    const pending = this.#pending.get(id);
    if (!pending) return undefined;
    pending.signal?.removeEventListener('abort', pending.stop);
    this.#pending.delete(id);
    return pending;
  }
}

/** As bytes, which go out in one piece with their header. */
function frameOf(id: string, request: AriRequest): Buffer {
  const { operation, body } = request;
  const frame = {
    type: 'RESTRequest',
    transaction_id: id, // strings: Asterisk turns a number into ""
    request_id: id,
    method: operation.method,
    uri: uriOf(request),
    ...(body && { content_type: 'application/json', message_body: JSON.stringify(body) }),
  };
  return Buffer.from(JSON.stringify(frame));
}

/** What Asterisk says, as its description has it; `undefined` where it cannot be Asterisk's. */
function parseFrame(text: string): RestResponse | AriEvent | undefined {
  const frame = parse(text);
  return typeof frame === 'object' && frame !== null && 'type' in frame
    ? (frame as RestResponse | AriEvent)
    : undefined;
}

function settle({ resolve, reject }: Pending, { status_code, message_body }: RestResponse): void {
  const body = message_body ? parse(message_body) : undefined;
  if (status_code >= 400) reject(new AriError(status_code, errorText(body)));
  else resolve(body);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
