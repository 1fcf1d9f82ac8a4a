import { createRequire } from 'node:module';
import { Limit } from '../core/limit.ts';
import { within } from '../core/wait.ts';
import {
  AriError,
  type AriRequest,
  type AriTransport,
  errorText,
  mostAtOnce,
  requestTimeout,
} from './transport.ts';

type Callback = (response: { readonly status?: number; readonly data?: unknown }) => void;
type Method = (options: Record<string, string>, done: Callback, failed: Callback) => void;

/** As much of `ari-client` as we use: the operations it reads from Asterisk's own description. */
interface AriClientLibrary {
  readonly _swagger: { readonly apis: Readonly<Record<string, Readonly<Record<string, Method>>>> };
}

/** The operations whose JSON goes into the body; everything else `ari-client` sends as a query. */
const bodyOperations = new Set(['applications.filter', 'channels.create', 'channels.originate']);

/**
 * ARI through the `ari-client` package, its operations only: its event half dies of an unknown event type and stops
 * reconnecting, so events always come through our own socket.
 */
export class AriClientTransport implements AriTransport {
  readonly #client: AriClientLibrary;
  /** It opens a connection for each request, as many as it is given. */
  readonly #turns = new Limit(mostAtOnce);

  private constructor(client: AriClientLibrary) {
    this.#client = client;
  }

  /** Loads Asterisk's description, some twelve requests; bounded in time. */
  static async connect(
    options: { readonly url: string; readonly user: string; readonly password: string },
    signal: AbortSignal,
  ): Promise<AriClientTransport> {
    const library = createRequire(import.meta.url)('ari-client') as {
      connect(url: string, user: string, password: string): Promise<AriClientLibrary>;
    };
    const connected = library.connect(new URL(options.url).origin, options.user, options.password);
    const client = await within(Promise.resolve(connected), requestTimeout, signal).catch(
      (cause: unknown) => {
        if (signal.aborted) throw signal.reason;
        throw new AriError(0, 'ari-client could not load the description of ARI', { cause });
      },
    );
    if (!client) throw new AriError(0, 'ari-client could not load the description of ARI in time');
    return new AriClientTransport(client);
  }

  send(request: AriRequest, signal?: AbortSignal): Promise<unknown> {
    return this.#turns.run(() => this.#send(request, signal), signal);
  }

  async close(): Promise<void> {
    // Requests only: there is no connection of its own to close.
  }

  async #send(request: AriRequest, signal: AbortSignal | undefined): Promise<unknown> {
    const { resource, name } = request.operation;
    const api = this.#client._swagger.apis[resource];
    if (!api?.[name]) throw new AriError(0, `this Asterisk has no operation ${resource}.${name}`);
    const answer = new Promise<{ readonly body: unknown }>((resolve, reject) => {
      api[name]?.(
        optionsOf(request),
        (response) => resolve({ body: parse(response.data) }),
        (response) => reject(new AriError(response.status ?? 0, errorText(parse(response.data)))),
      );
    });
    const result = await within(answer, requestTimeout, signal);
    if (!result) throw new AriError(0, `no answer to ${request.operation.path}`);
    return result.body;
  }
}

function optionsOf({ operation, path, query, body }: AriRequest): Record<string, string> {
  const options: Record<string, string> = { ...path, ...query };
  if (!body) return options;
  if (bodyOperations.has(`${operation.resource}.${operation.name}`))
    return { ...options, body: JSON.stringify(body) };
  for (const [key, value] of Object.entries(body))
    options[key] = Array.isArray(value) ? value.join(',') : String(value);
  return options;
}

function parse(data: unknown): unknown {
  const text = data === undefined || data === null ? '' : String(data);
  try {
    return text === '' ? undefined : JSON.parse(text);
  } catch {
    return undefined;
  }
}
