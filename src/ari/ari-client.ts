import { createRequire } from 'node:module';
import { Semaphore } from '../core/semaphore.ts';
import { within } from '../core/wait.ts';
import { HttpTransport } from './ari-http.ts';
import type { Operation } from './operations.ts';
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

interface Where {
  readonly url: string;
  readonly user: string;
  readonly password: string;
}

/** The first thing that `ari-client` asks for. */
const description: Operation = {
  resource: 'asterisk',
  name: 'describe',
  method: 'GET',
  path: 'api-docs/resources.json',
  lane: 'urgent',
};

/** The operations whose JSON goes into the body; everything else `ari-client` sends as a query. */
const bodyOperations = new Set([
  'applications.filter',
  'channels.create',
  'channels.originate',
  'asterisk.updateObject',
  'endpoints.sendMessage',
]);

/**
 * ARI through the `ari-client` package, its operations only: its event half dies of an unknown event type and stops
 * reconnecting, so events always come through our own socket.
 */
export class AriClientTransport implements AriTransport {
  readonly #client: AriClientLibrary;
  /** It opens a connection for each request, as many as it is given. */
  readonly #turns = new Semaphore(mostAtOnce);

  private constructor(client: AriClientLibrary) {
    this.#client = client;
  }

  /** Loads Asterisk's description, some twelve requests; bounded in time. @throws AriError with the status of a refusal */
  static async connect(options: Where, signal: AbortSignal): Promise<AriClientTransport> {
    const { origin } = new URL(options.url);
    await checkDescription({ ...options, url: `${origin}/ari` }, signal);
    const connected = load().connect(origin, options.user, options.password);
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

/** Why it cannot be loaded is asked by ourselves: the package has words for that, and no status. */
async function checkDescription(where: Where, signal: AbortSignal): Promise<void> {
  const http = new HttpTransport(where);
  try {
    const found = await http.send({ operation: description }, signal);
    if (typeof found !== 'object' || found === null || !('apis' in found))
      throw new AriError(404, 'what answers is not ARI');
  } finally {
    await http.close();
  }
}

interface Connector {
  connect(url: string, user: string, password: string): Promise<AriClientLibrary>;
}

/** What `ari-client` reads Asterisk's description with. */
interface DescriptionReader {
  readonly SwaggerApi: {
    readonly prototype: { failure(message: string): void; fail(message: string): void };
  };
}

function load(): Connector {
  const require = createRequire(import.meta.url);
  const reader = createRequire(require.resolve('ari-client'))('swagger-client') as DescriptionReader; // as far as we use it
  // It tells a failure, which rejects the promise, and throws it once more in a callback, which would end the process:
  // Asterisk may stop between two of the twelve requests.
  reader.SwaggerApi.prototype.fail = function (message) {
    this.failure(message);
  };
  return require('ari-client') as Connector;
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
