import { now } from '../core/clock.ts';
import { AriflowError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { sleep } from '../core/wait.ts';
import type { AddressPolicy } from '../http/address-policy.ts';
import { GuardedClient } from '../http/guarded-client.ts';
import type { PublishedEvent } from '../news/events.ts';
import { fanOut } from '../news/fan-out.ts';
import type { NewDelivery, Outbox, Recovered } from '../news/outbox.ts';
import type { WebhookRecord, WebhookRecords } from '../news/webhook-record.ts';
import type { Told } from '../ports/changes.ts';
import { type Answer, attempt } from './attempt.ts';
import { Deliverer } from './deliverer.ts';
import type { Attempted, DelivererOptions } from './deliverer-options.ts';
import { EndpointDisabling } from './endpoint-disabling.ts';
import { EndpointList, endpointOf } from './endpoint-list.ts';

export interface DeliveryOptions {
  readonly log: Log;
  readonly scope: Scope;
  readonly store: {
    readonly outbox: Outbox;
    readonly webhooks: WebhookRecords;
    /** Whether other daemons change them too. */
    readonly isShared: boolean;
  };
  readonly policy: AddressPolicy;
  readonly userAgent: string;
  readonly options: Partial<DelivererOptions> & Pick<DelivererOptions, 'timeout'>;
  /** How the webhooks are disabled that are given up. Asked when the first one is. */
  readonly told: () => Told<'webhook_disabled', WebhookRecord>;
  readonly onAttempt: (attempted: Attempted) => void;
}

/** All that brings events to webhooks, and what the API shows of it. */
export interface Delivery {
  readonly deliverer: Deliverer;
  /** What is to be delivered of events, to be stored with them. */
  readonly deliveriesOf: (events: readonly PublishedEvent[]) => readonly NewDelivery[];
  readonly deliveries: Deliveries;
  /** Sends one delivery to an endpoint, at once and bounded in time. */
  readonly tryEndpoint: (
    webhook: WebhookRecord,
    delivery: { readonly id: string; readonly body: string },
  ) => Promise<Answer>;
  /** Webhooks were created, changed or deleted. */
  readonly endpointsChanged: () => Promise<void>;
}

/** Deliveries that are pending or have been tried. */
export interface Deliveries extends Pick<Outbox, 'list' | 'find'> {
  /** Tries a delivery now; false where there is none. */
  retry(id: string): Promise<boolean>;
  /** Delivers again what an endpoint has missed since an instant, some `mostRecovered` at most. */
  recover(endpointId: string, since: number): Promise<Recovered>;
}

/** The most that one request takes up again. */
export const mostRecovered = 10_000;
/** So many in one transaction: others want to write too. */
const recoveredAtOnce = 500;

export async function startDelivery(given: DeliveryOptions): Promise<Delivery> {
  const { log, scope, store, policy, userAgent, options, told, onAttempt } = given;
  const { outbox, webhooks } = store;
  const { timeout } = options;
  const endpoints = new EndpointList(webhooks, log);
  await endpoints.load();
  const client = new GuardedClient({ policy, userAgent });
  scope.defer(() => client.close());
  const disabling = new EndpointDisabling({ told, endpoints, deliverer: () => deliverer, scope, log });
  const deliverer: Deliverer = new Deliverer({
    ...{ outbox, client, log, options, onAttempt },
    endpoints: () => endpoints.all,
    onDisable: disabling.disable,
  });
  scope.defer(() => deliverer.close());
  if (store.isShared) scope.spawn('endpoints', (signal) => watchEndpoints(endpoints, deliverer, signal));
  return {
    deliverer,
    deliveriesOf: (events) => fanOut(events, endpoints.all, now()),
    deliveries: deliveriesOf(outbox, deliverer),
    tryEndpoint: (webhook, delivery) =>
      attempt({ client, endpoint: endpointOf(webhook), delivery, timeout }, scope.signal).catch(
        (cause: unknown) => {
          throw new AriflowError('UNAVAILABLE', 'the daemon is stopping', { cause });
        },
      ),
    endpointsChanged: async () => {
      await endpoints.reload();
      deliverer.endpointsChanged();
    },
  };
}

/** What other daemons change of the endpoints is in force here after this time, in milliseconds. */
const watchInterval = 5_000;

async function watchEndpoints(
  endpoints: EndpointList,
  deliverer: Deliverer,
  signal: AbortSignal,
): Promise<void> {
  for (;;) {
    await sleep(watchInterval, signal);
    const before = JSON.stringify(endpoints.all);
    await endpoints.reload();
    if (JSON.stringify(endpoints.all) !== before) deliverer.endpointsChanged();
  }
}

function deliveriesOf(outbox: Outbox, deliverer: Deliverer): Deliveries {
  return {
    list: (request) => outbox.list(request),
    find: (id) => outbox.find(id),
    async retry(id) {
      const isKnown = await outbox.retry(id, now());
      deliverer.wake();
      return isKnown;
    },
    async recover(endpointId, since) {
      const request = { endpointId, since, now: now(), limit: recoveredAtOnce };
      const all = { recovered: 0, hastened: 0 };
      for (let more = true; more && all.recovered + all.hastened < mostRecovered; ) {
        const { recovered, hastened } = await outbox.recover(request);
        all.recovered += recovered;
        all.hastened += hastened;
        more = Math.max(recovered, hastened) === recoveredAtOnce;
        deliverer.wake();
      }
      return all;
    },
  };
}
