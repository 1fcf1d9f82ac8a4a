import type { Pool } from 'undici';
import { Deadline } from '../core/deadline.ts';
import { Semaphore } from '../core/semaphore.ts';
import { undici } from '../core/undici.ts';
import {
  AriError,
  type AriRequest,
  type AriTransport,
  errorText,
  mostAtOnce,
  requestTimeout,
  uriOf,
} from './transport.ts';

/** Kept below the server's `session_keep_alive`, so that we never write into a connection it is just closing. */
const keepAliveTimeout = 20_000;

/** ARI over HTTP: for an Asterisk older than 22.4, and wherever REST over WebSocket is not wanted. */
export class HttpTransport implements AriTransport {
  readonly #pool: Pool;
  readonly #turns = new Semaphore(mostAtOnce);
  readonly #basePath: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor(options: { readonly url: string; readonly user: string; readonly password: string }) {
    const url = new URL(options.url);
    this.#basePath = url.pathname.replace(/\/$/, '');
    this.#headers = {
      authorization: `Basic ${Buffer.from(`${options.user}:${options.password}`).toString('base64')}`,
    };
    this.#pool = new (undici().Pool)(url.origin, {
      connections: mostAtOnce,
      keepAliveTimeout,
      pipelining: 1,
    });
  }

  send(request: AriRequest, signal?: AbortSignal): Promise<unknown> {
    return this.#turns.run(() => this.#send(request, signal), signal);
  }

  async close(): Promise<void> {
    await this.#pool.destroy();
  }

  async #send(request: AriRequest, signal: AbortSignal | undefined): Promise<unknown> {
    using deadline = new Deadline(requestTimeout, signal);
    try {
      const { statusCode, body } = await this.#pool.request({
        method: request.operation.method,
        path: `${this.#basePath}/${uriOf(request)}`,
        headers: request.body ? { ...this.#headers, 'content-type': 'application/json' } : this.#headers,
        body: request.body ? JSON.stringify(request.body) : null,
        signal: deadline.signal,
      });
      const text = await body.text();
      const parsed: unknown = text === '' ? undefined : parse(text);
      if (statusCode >= 400) throw new AriError(statusCode, errorText(parsed));
      return parsed;
    } catch (cause) {
      if (signal?.aborted) throw signal.reason;
      if (cause instanceof AriError) throw cause;
      throw new AriError(0, `no answer to ${request.operation.path}`, { cause });
    }
  }
}

/** Error bodies of the HTTP server itself are HTML. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
