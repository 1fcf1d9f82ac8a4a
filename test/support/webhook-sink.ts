import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { type UntilOptions, until } from './until.ts';
import { wallTime } from './wall-time.ts';

export interface WebhookRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly rawBody: Buffer;
  /** Parsed; undefined where it is no JSON. */
  readonly body: unknown;
  /** `type` and `data` of an event. */
  readonly type: string | undefined;
  readonly data: Readonly<Record<string, unknown>>;
  /** When the body was complete. */
  readonly at: number;
}

/** How one request is answered. */
export interface Behaviour {
  readonly status?: number;
  readonly delay?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** Sends this many bytes as body, slowly enough for the other side to stop it. */
  readonly bytes?: number;
  /** Instead of an answer: `hang` keeps the connection, `reset` tears it down. */
  readonly instead?: 'hang' | 'reset';
}

export type Predicate = (request: WebhookRequest) => boolean;

export const redirectTo = (location: string, status = 302): Behaviour => ({ status, headers: { location } });
export const retryAfter = (seconds: number, status = 503): Behaviour => ({
  status,
  headers: { 'retry-after': String(seconds) },
});

/** An endpoint for webhooks (or any HTTP server of a user) on loopback, which remembers what it was sent. */
export class WebhookSink implements AsyncDisposable {
  /** In the order their bodies were complete. */
  readonly requests: WebhookRequest[] = [];
  /** `http://127.0.0.1:port`; any path is taken. */
  readonly url: string;
  readonly #server: Server;
  readonly #rules: { matches: Predicate; behaviour: Behaviour; times: number }[] = [];
  readonly #closing = new AbortController();
  #default: Behaviour = {};

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.url = `http://127.0.0.1:${port}`;
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  static async open(): Promise<WebhookSink> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new WebhookSink(server, (server.address() as AddressInfo).port); // a TCP server has one
  }

  /** How everything is answered that nothing else was said about; 200 at first. */
  respond(behaviour: Behaviour): void {
    this.#default = behaviour;
  }

  /** How the next requests are answered, one after the other. */
  respondNext(...behaviours: readonly Behaviour[]): void {
    for (const behaviour of behaviours) this.#rules.push({ matches: () => true, behaviour, times: 1 });
  }

  /** How requests of a type, or such that a predicate accepts, are answered. */
  respondTo(which: string | Predicate, behaviour: Behaviour, times = Number.POSITIVE_INFINITY): void {
    this.#rules.push({ matches: predicateOf(which), behaviour, times });
  }

  /** The first request of a type (or that a predicate accepts), waiting for it if need be. */
  async waitFor(which: string | Predicate, options: UntilOptions = {}): Promise<WebhookRequest> {
    const matches = predicateOf(which);
    const what = () =>
      `a webhook ${typeof which === 'string' ? which : which.toString()}; came: ${this.types().join(', ') || 'none'}`;
    return await until(() => this.requests.find(matches), { what, ...options });
  }

  /** Everything about one call (or activeflow, recording …): its own events and those that refer to it. */
  eventsOf(id: string): WebhookRequest[] {
    return this.requests.filter(({ data }) =>
      [data.id, data.call_id, data.activeflow_id, data.reference_id].includes(id),
    );
  }

  /** The types of events in the order they came. */
  types(requests: readonly WebhookRequest[] = this.requests): string[] {
    return requests.map(({ type, method, path }) => type ?? `${method} ${path}`);
  }

  async close(): Promise<void> {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    const closed = once(this.#server, 'close');
    this.#server.close();
    this.#server.closeAllConnections();
    await closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const received = await read(request);
      this.requests.push(received);
      const { delay, ...behaviour } = this.#behaviourFor(received);
      if (delay !== undefined) await pause(delay, undefined, { signal: this.#closing.signal });
      this.#answer(behaviour, response);
    } catch {
      // The other side gave up, or the sink is being closed.
      response.destroy();
    }
  }

  #behaviourFor(request: WebhookRequest): Behaviour {
    const rule = this.#rules.find(({ matches, times }) => times > 0 && matches(request));
    if (rule === undefined) return this.#default;
    rule.times -= 1;
    return rule.behaviour;
  }

  #answer({ status = 200, headers = {}, body, bytes, instead }: Behaviour, response: ServerResponse): void {
    if (instead === 'hang') return;
    if (instead === 'reset') {
      response.socket?.resetAndDestroy();
      return;
    }
    response.writeHead(status, headers);
    if (bytes === undefined) response.end(body);
    else writeMany(response, bytes);
  }
}

function predicateOf(which: string | Predicate): Predicate {
  return typeof which === 'string' ? ({ type }) => type === which : which;
}

async function read(request: IncomingMessage): Promise<WebhookRequest> {
  const rawBody = await buffer(request);
  const body = parseJson(rawBody.toString());
  const { type, data } = isObject(body) ? body : {};
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: Object.fromEntries(
      Object.entries(request.headers).map(([name, value]) => [name, String(value)]),
    ),
    rawBody,
    body,
    type: typeof type === 'string' ? type : undefined,
    data: isObject(data) ? data : {},
    at: wallTime(),
  };
}

/** Waits for the other side to take each piece: nothing is kept in memory that it does not want. */
function writeMany(response: ServerResponse, bytes: number): void {
  const piece = Buffer.alloc(Math.min(bytes, 65_536), 'x');
  if (bytes <= 0) response.end();
  else
    response.write(piece, (error) =>
      error ? response.destroy() : writeMany(response, bytes - piece.length),
    );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
