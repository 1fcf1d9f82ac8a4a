import type { SpeechClient } from '@google-cloud/speech';
import { systemTime } from '../../core/clock.ts';
import type { CloudAccess } from '../../core/cloud-credentials.ts';
import { plainChannel } from '../../core/plain-channel.ts';
import { orAbort, within } from '../../core/wait.ts';
import { longestOpening, SttError } from '../stt.ts';

/** Google lets one connection carry a hundred streams; those beyond it would wait for one that ends. */
const streamsOfClient = 50;
const closing = 1_000;

interface Client {
  readonly speech: Promise<SpeechClient>;
  streams: number;
}

/** The connections to Google's Speech-to-Text: as many as the streams need, the first of them by the first stream. */
export class Clients {
  readonly #access: CloudAccess;
  readonly #clients = new Set<Client>();

  constructor(access: CloudAccess) {
    this.#access = access;
  }

  /**
   * One with room for a stream; `leave` gives the room back. With `isUseless` its credentials are read anew for the next one.
   * @throws SttError; the signal's reason
   */
  async enter(
    signal: AbortSignal,
  ): Promise<{ readonly speech: SpeechClient; leave(isUseless: boolean): void }> {
    const client = [...this.#clients].find(({ streams }) => streams < streamsOfClient) ?? this.#add();
    client.streams += 1;
    const leave = (isUseless: boolean): void => {
      client.streams -= 1;
      if (isUseless) this.#clients.delete(client);
      const isSpare = [...this.#clients].some((other) => other !== client && other.streams < streamsOfClient);
      if (client.streams === 0 && (isSpare || !this.#clients.has(client))) this.#close(client);
    };
    try {
      const speech = await within(client.speech, longestOpening, signal);
      if (!speech) throw new SttError('passing', 'gcp: its credentials do not come');
      await orAbort(connected(speech, signal), signal);
      return { speech, leave };
    } catch (cause) {
      leave(true);
      signal.throwIfAborted();
      throw cause instanceof SttError
        ? cause
        : new SttError('lasting', 'gcp: no use of its credentials', { cause });
    }
  }

  /** Ends all of them. */
  async close(): Promise<void> {
    const clients = [...this.#clients];
    this.#clients.clear();
    await Promise.all(clients.map(({ speech }) => within(closed(speech), closing)));
  }

  #add(): Client {
    const client: Client = { speech: connect(this.#access), streams: 0 };
    this.#clients.add(client);
    return client;
  }

  #close(client: Client): void {
    this.#clients.delete(client);
    void closed(client.speech);
  }
}

async function connect({ endpoint, isPlain }: CloudAccess): Promise<SpeechClient> {
  const { v1 } = await import('@google-cloud/speech');
  const client = new v1.SpeechClient({
    ...(endpoint && { apiEndpoint: endpoint.hostname, port: Number(endpoint.port || (isPlain ? 80 : 443)) }),
    ...(isPlain && withoutCredentials()),
    // Else all clients of this process share one connection.
    'grpc.use_local_subchannel_pool': 1,
  });
  // A stream that did this itself would leave a failure to nobody, which ends the process.
  await client.initialize();
  return client;
}

/** A client of gRPC, as the SDK keeps one. */
interface Stub {
  getChannel(): {
    getConnectivityState(connects: boolean): number;
    watchConnectivityState(state: number, deadline: number, then: (error?: Error) => void): void;
  };
}

/** The states of a connection, as gRPC numbers them. */
const ready = 2;
const failed = 3;

/** Waits for the connection: a call would be queued for it as long as it takes. @throws SttError; the signal's reason */
async function connected(speech: SpeechClient, signal: AbortSignal): Promise<void> {
  const stub = (await speech.initialize()) as unknown as Stub;
  const channel = stub.getChannel();
  const deadline = systemTime() + longestOpening;
  for (;;) {
    // One that is closed would connect once more when asked, for ever: the process could not end.
    signal.throwIfAborted();
    const state = channel.getConnectivityState(true);
    if (state === ready) return;
    if (state >= failed) throw new SttError('passing', 'gcp: no connection');
    await new Promise<void>((resolve, reject) => {
      channel.watchConnectivityState(state, deadline, (error) => {
        if (error) reject(new SttError('passing', 'gcp: no connection in time'));
        else resolve();
      });
    });
  }
}

/** What asks nobody for credentials, not the machine's metadata either. */
function withoutCredentials(): object {
  return {
    sslCreds: plainChannel('@google-cloud/speech'),
    clientOptions: { universeDomain: 'googleapis.com' },
  };
}

async function closed(client: Promise<SpeechClient>): Promise<void> {
  await client.then((speech) => speech.close()).catch(() => undefined);
}
