import { onTestFinished } from 'vitest';
import type { CallRecord } from '../../src/calls/call-record.ts';
import { AddressPolicy } from '../../src/http/address-policy.ts';
import { GuardedClient } from '../../src/http/guarded-client.ts';
import type { PublishedEvent } from '../../src/news/events.ts';
import type { Outbox } from '../../src/news/outbox.ts';
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
  readonly outbox?: Outbox;
}

interface LogLine {
  readonly level: string;
  readonly fields: object;
  readonly message: string;
}

/** A deliverer with real HTTP towards 127.0.0.0/8, closed when the test ends. Change `endpoints`, then tell it. */
export function givenDeliverer(
  endpoints: Endpoint[],
  { options, outbox = new MemoryOutbox(), ...rest }: GivenOptions = {},
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
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
  const deliverer = new Deliverer({
    outbox,
    client: {
      requestHead: (request) => {
        sent.push(String(request.body));
        return client.requestHead(request);
      },
    },
    endpoints: () => endpoints,
    log,
    options: { ...quick, ...options },
    onAttempt: (attempted) => attempts.push(attempted),
    ...rest,
  });
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
