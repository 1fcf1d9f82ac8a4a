import type { Operation } from './operations.ts';

/** One request to ARI. Values are passed as given; encoding them is the transport's work. */
export interface AriRequest {
  readonly operation: Operation;
  /** Values for the `{parameters}` of the path. */
  readonly path?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Readonly<Record<string, unknown>>;
}

/** Sends a request and resolves to the parsed body (`undefined` where there is none), or throws `AriError`. */
export interface AriSender {
  send(request: AriRequest, signal?: AbortSignal): Promise<unknown>;
}

/** How requests reach Asterisk. Three of these pass one contract suite, and so does the fake. */
export interface AriTransport extends AriSender {
  /** Takes the socket of the events, where the transport sends requests over it too. */
  useSocket?(socket: AriSender): void;
  close(): Promise<void>;
}

/** A request that Asterisk refused (`status` 400 and up) or did not answer (`status` 0). */
export class AriError extends Error {
  override readonly name = 'AriError';
  readonly status: number;

  constructor(status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.status = status;
  }
}

/**
 * The longest any request may take, from its turn on: what waits for others to be answered is not late. A channel's thread
 * can be busy for seconds, ARI itself never is.
 */
export const requestTimeout = 10_000;

/** How many requests are under way at once over HTTP: more of them are done no faster, and each of them later. */
export const mostAtOnce = 16;

/** `channels/{channelId}/play` with its values, percent-encoded. */
export function pathOf({ operation, path = {} }: AriRequest): string {
  return operation.path.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(path[name] ?? ''));
}

/** Path and query, as in a URL below `/ari/`. */
export function uriOf(request: AriRequest): string {
  const query = request.query ? new URLSearchParams(request.query).toString() : '';
  return query === '' ? pathOf(request) : `${pathOf(request)}?${query}`;
}

/** What Asterisk says in an error body, `{"message": "Channel not found"}`. */
export function errorText(body: unknown): string {
  if (typeof body === 'object' && body !== null) {
    if ('message' in body && typeof body.message === 'string') return body.message;
    if ('error' in body && typeof body.error === 'string') return body.error;
  }
  return 'no reason given';
}

/** The result of a clean-up whose object is gone already is success. */
export async function ignoreGone(request: Promise<unknown>): Promise<void> {
  try {
    await request;
  } catch (error) {
    if (!(error instanceof AriError && error.status === 404)) throw error;
  }
}
