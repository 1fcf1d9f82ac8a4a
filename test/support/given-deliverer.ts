import { onTestFinished } from 'vitest';
import type { CallRecord } from '../../src/calls/call-record.ts';
import { now } from '../../src/core/clock.ts';
import type { Log } from '../../src/core/log.ts';
import { AddressPolicy } from '../../src/http/address-policy.ts';
import { GuardedClient } from '../../src/http/guarded-client.ts';
import type { BatchStore } from '../../src/news/batch.ts';
import type { PublishedEvent } from '../../src/news/events.ts';
import { fanOut } from '../../src/news/fan-out.ts';
import { Recorder } from '../../src/news/recorder.ts';
import { Deliverer } from '../../src/webhooks/deliverer.ts';
import type {
  Attempted,
  DelivererDependencies,
  DelivererOptions,
} from '../../src/webhooks/deliverer-options.ts';
import type { Endpoint } from '../../src/webhooks/endpoint.ts';
import { MemoryOutbox } from './memory-outbox.ts';
import { type Answer, Receiver } from './webhook-receiver.ts';

/** Delays that a test can wait for. */
export const quick: Partial<DelivererOptions> = {
  schedule: [5, 10, 20, 40, 40, 40, 40],
  hold: 10_000,
  timeout: 2_000,
  drain: 500,
  poll: 3_600_000, // nothing may depend on it
};

export const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

interface GivenOptions extends Pick<DelivererDependencies, 'onDisable' | 'clock'> {
  readonly options?: Partial<DelivererOptions>;
  readonly outbox?: MemoryOutbox;
  /** Published events that may wait to be stored. */
  readonly backlog?: number;
}

/** A deliverer with the recorder before it, which alone puts something into the outbox. */
class RecordedDeliverer extends Deliverer {
  readonly #recorder: Recorder;

  constructor(dependencies: DelivererDependencies & { readonly log: Log }, { outbox, backlog }: Before) {
    super(dependencies);
    const { endpoints, log, clock = { now } } = dependencies;
    const commit: BatchStore['commit'] = ({ deliveries = [] }) => outbox.append(deliveries);
    this.#recorder = new Recorder({ commit }, log, {
      interval: 0,
      backOff: [5],
      maxPending: backlog,
      deliveriesOf: (events) => fanOut(events, endpoints(), clock.now()),
      onDeliveries: () => this.wake(),
    });
  }

  get isSaturated(): boolean {
    return this.#recorder.isSaturated;
  }

  publish(events: readonly PublishedEvent[]): void {
    for (const event of events) this.#recorder.record({ event });
  }

  override async idle(): Promise<void> {
    await this.#recorder.flush();
    await super.idle();
  }

  override async close(signal?: AbortSignal): Promise<void> {
    await this.#recorder.close(signal);
    await super.close(signal);
  }
}

interface Before {
  readonly outbox: MemoryOutbox;
  readonly backlog: number;
}

interface LogLine {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

/** A deliverer with real HTTP towards 127.0.0.0/8, closed when the test ends. Change `endpoints`, then tell it. */
export function givenDeliverer(
  endpoints: Endpoint[],
  { options, outbox = new MemoryOutbox(), backlog = 10_000, ...rest }: GivenOptions = {},
) {
  const client = new GuardedClient({
    policy: new AddressPolicy({ allow: ['127.0.0.0/8'] }),
    userAgent: 'ariflow/1.2.3',
  });
  const lines: LogLine[] = [];
  const sent: string[] = [];
  const attempts: Attempted[] = [];
  const write = (level: string) => (fields: object, message: string) =>
    void lines.push({ level, fields, message });
  const log: Log = {
    ...{ debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') },
    child: () => log,
  };
  const dependencies = {
    outbox,
    client: {
      requestHead: (request: Parameters<GuardedClient['requestHead']>[0]) => {
        sent.push(String(request.body));
        return client.requestHead(request);
      },
    },
    endpoints: () => endpoints,
    log,
    options: { ...quick, ...options },
    onAttempt: (attempted: Attempted) => attempts.push(attempted),
    ...rest,
  };
  const deliverer = new RecordedDeliverer(dependencies, { outbox, backlog });
  onTestFinished(async () => {
    await deliverer.close(AbortSignal.abort());
    await client.close();
  });
  return { deliverer, outbox, lines, attempts, sent };
}

export async function givenReceiver(answer?: Answer): Promise<Receiver> {
  const receiver = await Receiver.start(answer);
  onTestFinished(() => receiver[Symbol.asyncDispose]());
  return receiver;
}

export function givenEndpoint(uri: string, more: Partial<Endpoint> = {}): Endpoint {
  return { id: 'endpoint-1', uri, method: 'POST', status: 'active', secrets: [secret], ...more };
}

/** An event whose data says only what a test looks at. */
export function event(
  n: number,
  lane = 'call-1',
  type: 'call_updated' | 'call_hungup' | 'call_created' = 'call_updated',
): PublishedEvent {
  const data = { id: lane, n, filler: 'ä€😀' };
  return { event: { type, data: data as unknown as CallRecord }, lane };
}

/** The `n` of what was received, in order. */
export function numbers(receiver: Pick<Receiver, 'received'>): number[] {
  return receiver.received.map(({ body }) => numberOf(body));
}

export function numberOf(body: string): number {
  return (JSON.parse(body) as { data: { n: number } }).data.n;
}
