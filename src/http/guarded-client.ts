import type { Agent, Dispatcher } from 'undici';
import { Deadline } from '../core/deadline.ts';
import { undici } from '../core/undici.ts';
import { after, nextTurn, onAbort, orAbort } from '../core/wait.ts';
import type { UserRequest } from '../ports/http.ts';
import type { AddressPolicy } from './address-policy.ts';
import type { Resolve } from './allowed-addresses.ts';
import { BoundedBody } from './bounded-body.ts';
import { withoutEncoding } from './content-encoding.ts';
import { guardedConnector } from './guarded-connector.ts';
import { HeadOnly, type HttpHead, mostIgnored } from './head-only.ts';
import { HttpError, toHttpError } from './http-error.ts';
import { follow, type Hop, isRedirect } from './redirect.ts';
import { Targets } from './targets.ts';
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

interface Sending {
  readonly idleTimeout: number;
  readonly signal: AbortSignal;
  readonly onSent: () => void;
}

/** The only way to a URL that a user named: checked addresses, bounded time and size, nothing ambient. HTTP/1.1. */
export class GuardedClient {
  readonly #policy: AddressPolicy;
  readonly #targets: Targets;
  readonly #userAgent: string;
  readonly #makeAgent: () => Agent;
  #agent: Agent | undefined;
  #isClosed = false;

  constructor({ policy, userAgent, connectionsPerOrigin = 128, ...connector }: GuardedClientOptions) {
    this.#policy = policy;
    this.#targets = new Targets(policy);
    this.#userAgent = userAgent;
    this.#makeAgent = () =>
      new (undici().Agent)({
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
  async requestHead(request: HttpRequest): Promise<HttpHead> {
    if (request.maxRedirects) return this.#exchange(request, headOf);
    const { timeout = 5_000, signal } = request;
    const taker = new HeadOnly();
    let isLate = false;
    // Not by `using`, which is slow: there is one of these for each delivery.
    let late: Disposable | undefined;
    let aborted: Disposable | undefined;
    const agent = this.#open();
    try {
      const options = this.#dispatched(this.#firstHop(request), request.idleTimeout ?? timeout);
      signal?.throwIfAborted();
      late = after(timeout, () => {
        isLate = true;
        taker.giveUp(new Error('the time is up'));
      });
      aborted = signal && onAbort(signal, () => taker.giveUp(new Error('aborted')));
      agent.dispatch(options, taker);
      const head = await taker.head;
      await nextTurn(); // undici takes a connection for busy until then, and would open another for the next request
      return head;
    } catch (error) {
      throw toHttpError(error, { signal, isLate, wasSent: taker.wasSent, hasAnswered: false });
    } finally {
      late?.[Symbol.dispose]();
      aborted?.[Symbol.dispose]();
    }
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
        if (status !== 200) await body.dump({ limit: mostIgnored });
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
    this.#isClosed = true;
    await this.#agent?.destroy();
  }

  async #exchange<T>(
    request: HttpRequest,
    finish: (answer: Dispatcher.ResponseData) => Promise<T>,
  ): Promise<T> {
    const { timeout = 5_000, maxRedirects = 0, signal } = request;
    const agent = this.#open();
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
        const answer = await orAbort(this.#send(agent, hop, { ...limits, onSent }), deadline.signal);
        const { location } = answer.headers;
        if (redirects >= maxRedirects || !isRedirect(answer.statusCode) || typeof location !== 'string') {
          hasAnswered = true;
          const result = await finish(answer);
          await nextTurn(); // as above
          return result;
        }
        await answer.body.dump({ limit: mostIgnored });
        deadline.signal.throwIfAborted();
        hop = follow(hop, answer.statusCode, location, this.#policy);
      }
    } catch (error) {
      throw toHttpError(error, { signal, isLate: deadline.hasPassed, wasSent, hasAnswered });
    }
  }

  #open(): Agent {
    if (this.#isClosed) throw new HttpError('unreachable', 'we are about to stop');
    this.#agent ??= this.#makeAgent(); // the first takes a while, and no time of the request's
    return this.#agent;
  }

  #firstHop({ url: text, method, headers = {}, body }: HttpRequest): Hop {
    const target = this.#targets.of(text);
    const forbidden = Object.keys(headers).find((name) => ours.has(name.toLowerCase()));
    if (forbidden !== undefined)
      throw new HttpError('invalid', `the header ${forbidden} is set by us`, { isFinal: true });
    return { ...target, method, body, headers };
  }

  #send(agent: Agent, hop: Hop, { idleTimeout, signal, onSent }: Sending): Promise<Dispatcher.ResponseData> {
    return agent.compose(whenSent(onSent)).request({ ...this.#dispatched(hop, idleTimeout), signal });
  }

  #dispatched({ url, path, method, headers, body }: Hop, idleTimeout: number) {
    return {
      origin: url.origin,
      path,
      method,
      headers: { ...headers, 'user-agent': this.#userAgent, 'accept-encoding': 'identity' },
      body: body ?? null,
      headersTimeout: idleTimeout,
      bodyTimeout: idleTimeout,
    };
  }
}

async function headOf({ statusCode: status, headers, body }: Dispatcher.ResponseData): Promise<HttpHead> {
  await body.dump({ limit: mostIgnored });
  return { status, headers };
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
