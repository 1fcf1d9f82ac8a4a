import type { IncomingHttpHeaders } from 'node:http';
import { Agent, type Dispatcher } from 'undici';
import { Deadline } from '../core/deadline.ts';
import { pathAsWritten } from '../core/url-as-written.ts';
import { nextTurn, orAbort } from '../core/wait.ts';
import type { UserRequest } from '../ports/http.ts';
import type { AddressPolicy } from './address-policy.ts';
import type { Resolve } from './allowed-addresses.ts';
import { BoundedBody } from './bounded-body.ts';
import { withoutEncoding } from './content-encoding.ts';
import { guardedConnector } from './guarded-connector.ts';
import { HttpError, toHttpError } from './http-error.ts';
import { follow, type Hop, isRedirect } from './redirect.ts';
import { whenSent } from './when-sent.ts';

export interface HttpRequest {
  readonly method: UserRequest['method'];
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** For everything together: look-up, connection, redirects, headers, body. 5 s unless given. */
  readonly timeout?: number;
  /** The longest time in which nothing comes, as the whole `timeout` unless given. */
  readonly idleTimeout?: number;
  /** A larger body is an error. 1 MiB unless given. */
  readonly maxBytes?: number;
  /** How many redirects are followed; beyond, the redirect itself is the answer. None unless given. */
  readonly maxRedirects?: number;
  readonly signal?: AbortSignal;
}

export interface HttpHead {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
}

/** `body` is without its content encoding: we ask for none, and what comes all the same is unpacked up to `maxBytes`. */
export interface HttpResponse extends HttpHead {
  readonly body: Buffer;
}

export interface GuardedClientOptions {
  readonly policy: AddressPolicy;
  /** `ariflow/VERSION` */
  readonly userAgent: string;
  readonly resolve?: Resolve;
  readonly connectionsPerOrigin?: number;
  readonly ca?: string;
}

const maxIgnoredBody = 64 * 1_024;

/** The only way to a URL that a user named: checked addresses, bounded time and size, nothing ambient. HTTP/1.1. */
export class GuardedClient {
  readonly #policy: AddressPolicy;
  readonly #userAgent: string;
  readonly #agent: Agent;

  constructor({ policy, userAgent, connectionsPerOrigin = 128, ...connector }: GuardedClientOptions) {
    this.#policy = policy;
    this.#userAgent = userAgent;
    this.#agent = new Agent({
      allowH2: false,
      connect: guardedConnector({ policy, timeout: 10_000, ...connector }),
      connections: connectionsPerOrigin,
      pipelining: 1,
      keepAliveTimeout: 4_000, // less than the 5 s after which Node's own servers hang up
      keepAliveMaxTimeout: 30_000,
      maxHeaderSize: 16_384,
    });
  }

  /**
   * Sends a request and reads the whole answer.
   * @throws HttpError
   */
  request(request: HttpRequest): Promise<HttpResponse> {
    return this.#exchange(request, async ({ statusCode: status, headers, body }) => ({
      status,
      headers,
      body: await readAll(withoutEncoding(body, headers['content-encoding']), request.maxBytes),
    }));
  }

  /**
   * Sends a request whose answer is its status: the body is read away as far as it is cheaper than a new connection.
   * @throws HttpError
   */
  requestHead(request: HttpRequest): Promise<HttpHead> {
    return this.#exchange(request, async ({ statusCode: status, headers, body }) => {
      await body.dump({ limit: maxIgnoredBody });
      return { status, headers };
    });
  }

  /**
   * Sends a request and hands on the body of a 200 as it comes; of any other answer the body is read away.
   * @throws HttpError, and what `take` throws of its own.
   */
  async download(
    request: HttpRequest,
    take: (body: AsyncIterable<Uint8Array>) => Promise<void>,
  ): Promise<HttpHead> {
    let own: { readonly error: unknown } | undefined;
    try {
      return await this.#exchange(request, async ({ statusCode: status, headers, body }) => {
        if (status !== 200) await body.dump({ limit: maxIgnoredBody });
        else {
          const plain = withoutEncoding(body, headers['content-encoding']);
          const source = new BoundedBody(plain, request.maxBytes, Number(headers['content-length'] ?? 0));
          await take(source).catch((error: unknown) => {
            if (error !== source.failure) own = { error };
            body.on('error', () => undefined).destroy(); // it may not have been begun
            throw error;
          });
        }
        return { status, headers };
      });
    } catch (error) {
      throw own && !request.signal?.aborted ? own.error : error;
    }
  }

  /** Ends the connections; requests under way fail. */
  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  async #exchange<T>(
    request: HttpRequest,
    finish: (answer: Dispatcher.ResponseData) => Promise<T>,
  ): Promise<T> {
    const { timeout = 5_000, maxRedirects = 0, signal } = request;
    using deadline = new Deadline(timeout, signal);
    let wasSent = false;
    let hasAnswered = false;
    const onSent = (): void => {
      wasSent = true;
    };
    try {
      let hop = this.#firstHop(request);
      for (let redirects = 0; ; redirects += 1) {
        wasSent = false;
        const limits = { idleTimeout: request.idleTimeout ?? timeout, signal: deadline.signal };
        // undici heeds the signal only once there is a connection, and then it sends nothing.
        const answer = await orAbort(this.#send(hop, limits, onSent), deadline.signal);
        const { location } = answer.headers;
        if (redirects >= maxRedirects || !isRedirect(answer.statusCode) || typeof location !== 'string') {
          hasAnswered = true;
          const result = await finish(answer);
          await nextTurn(); // undici takes a connection for busy until then, and would open another for the next request
          return result;
        }
        await answer.body.dump({ limit: maxIgnoredBody });
        deadline.signal.throwIfAborted();
        hop = follow(hop, answer.statusCode, location, this.#policy);
      }
    } catch (error) {
      throw toHttpError(error, { signal, isLate: deadline.hasPassed, wasSent, hasAnswered });
    }
  }

  #firstHop({ url: text, method, headers = {}, body }: HttpRequest): Hop {
    const checked = this.#policy.checkUrl(text);
    if ('problem' in checked)
      throw new HttpError(checked.code, `the URL ${checked.problem}`, { isFinal: true });
    const forbidden = Object.keys(headers).find((name) => ours.has(name.toLowerCase()));
    if (forbidden !== undefined)
      throw new HttpError('invalid', `the header ${forbidden} is set by us`, { isFinal: true });
    return { url: checked.url, path: pathAsWritten(checked.url, text), method, body, headers };
  }

  #send(
    hop: Hop,
    { idleTimeout, signal }: { readonly idleTimeout: number; readonly signal: AbortSignal },
    onSent: () => void,
  ): Promise<Dispatcher.ResponseData> {
    return this.#agent.compose(whenSent(onSent)).request({
      origin: hop.url.origin,
      path: hop.path,
      method: hop.method,
      headers: { ...hop.headers, 'user-agent': this.#userAgent, 'accept-encoding': 'identity' },
      body: hop.body ?? null,
      headersTimeout: idleTimeout,
      bodyTimeout: idleTimeout,
      signal,
    });
  }
}

/** What a request says about its connection and about us is not the user's. */
const ours = new Set(
  [
    'accept-encoding',
    'connection',
    'content-length',
    'expect',
    'host',
    'http2-settings',
    'keep-alive',
    'proxy-authorization',
  ].concat(['proxy-connection', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'user-agent']),
);

async function readAll(body: AsyncIterable<Uint8Array>, maxBytes: number | undefined): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of new BoundedBody(body, maxBytes)) chunks.push(chunk);
  return Buffer.concat(chunks);
}
