import type { TextToSpeechClient } from '@google-cloud/text-to-speech';
import type { CloudAccess } from '../../core/cloud-credentials.ts';
import { plainChannel } from '../../core/plain-channel.ts';
import { after, orAbort } from '../../core/wait.ts';

type ClientOptions = NonNullable<ConstructorParameters<typeof TextToSpeechClient>[0]>;

/** So many requests in a row that nobody answers, and the connection is taken for dead: a router may have forgotten it. */
const mostUnanswered = 3;
/** In milliseconds: how long what is under way on a connection that was given up may go on. */
const farewell = 15_000;

/** The connection to Google; the SDK is loaded by the first request. */
export class GoogleConnection {
  readonly #access: CloudAccess;
  #client: Promise<TextToSpeechClient> | undefined;
  #unanswered = 0;

  constructor(access: CloudAccess) {
    this.#access = access;
  }

  /** @throws what the SDK throws; the signal's reason */
  async ask<T>(request: (client: TextToSpeechClient) => Promise<T>, signal: AbortSignal): Promise<T> {
    try {
      const client = await orAbort(this.#connected(), signal);
      const answer = await orAbort(request(client), signal);
      this.#unanswered = 0;
      return answer;
    } catch (error) {
      this.#unanswered = signal.aborted ? this.#unanswered + 1 : 0;
      // An error that is not gRPC's own is about the credentials: they are looked for anew.
      if (this.#unanswered >= mostUnanswered || (!signal.aborted && grpcCode(error) === undefined))
        this.#leave();
      throw error;
    }
  }

  async close(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await (await client?.catch(() => undefined))?.close();
  }

  /** The next request makes a new connection. */
  #leave(): void {
    const client = this.#client;
    this.#client = undefined;
    this.#unanswered = 0;
    if (client) after(farewell, () => void client.then((left) => left.close()).catch(() => undefined));
  }

  /** Made once, for all: not with one's signal. */
  #connected(): Promise<TextToSpeechClient> {
    this.#client ??= connect(this.#access).catch((error: unknown) => {
      this.#client = undefined;
      throw error;
    });
    return this.#client;
  }
}

/** The code of an error of gRPC's, if it is one. */
export function grpcCode(error: unknown): number | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'number' ? code : undefined;
}

async function connect({ endpoint, isPlain }: CloudAccess): Promise<TextToSpeechClient> {
  const { TextToSpeechClient } = await import('@google-cloud/text-to-speech');
  const options: ClientOptions = {
    ...(endpoint && { apiEndpoint: endpoint.hostname, port: Number(endpoint.port || (isPlain ? 80 : 443)) }),
  };
  // After a while without a connection it would try only every two minutes; and a new client would share what an old one is connected by.
  Object.assign(options, { 'grpc.max_reconnect_backoff_ms': 5_000, 'grpc.use_local_subchannel_pool': 1 });
  // With a universe it does not ask the network for credentials that nobody wants.
  if (isPlain)
    Object.assign(options, {
      sslCreds: plainChannel('@google-cloud/text-to-speech'),
      universeDomain: 'googleapis.com',
    });
  return new TextToSpeechClient(options);
}
