import type { Deliveries, Services } from '../api/services.ts';
import type { Config } from '../config/config.ts';
import { AriflowError } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { sleep } from '../core/wait.ts';
import type { AddressPolicy } from '../http/address-policy.ts';
import { GuardedClient } from '../http/guarded-client.ts';
import type { PublishedEvent } from '../news/events.ts';
import { fanOut } from '../news/fan-out.ts';
import type { NewDelivery, Outbox } from '../news/outbox.ts';
import type { Store } from '../storage/store.ts';
import { version } from '../version.ts';
import { attempt } from '../webhooks/attempt.ts';
import { Deliverer } from '../webhooks/deliverer.ts';
import { type Attempted, monotonicClock } from '../webhooks/deliverer-options.ts';
import { EndpointDisabling } from '../webhooks/endpoint-disabling.ts';
import { EndpointList, endpointOf } from '../webhooks/endpoint-list.ts';

export interface DeliveryOptions {
  readonly config: Config;
  readonly log: Log;
  readonly scope: Scope;
  readonly store: Store;
  readonly policy: AddressPolicy;
  readonly onAttempt: (attempted: Attempted) => void;
  /** How long closing goes on delivering what is due. */
  readonly drain: number;
}

/** All that brings events to webhooks, and what the API shows of it. */
export interface Delivery {
  readonly deliverer: Deliverer;
  /** What is to be delivered of events, to be stored with them. */
  readonly deliveriesOf: (events: readonly PublishedEvent[]) => readonly NewDelivery[];
  readonly deliveries: Deliveries;
  readonly tryEndpoint: Services['tryEndpoint'];
  /** Webhooks were created, changed or deleted. */
  readonly endpointsChanged: () => Promise<void>;
}

export async function startDelivery(options: DeliveryOptions): Promise<Delivery> {
  const { config, log, scope, store, policy, onAttempt, drain } = options;
  const { outbox } = store;
  const { timeout, schedule, hold, disable_after: disableAfter } = config.webhook;
  const endpoints = new EndpointList(store.webhooks, log);
  await endpoints.load();
  const client = new GuardedClient({ policy, userAgent: `ariflow/${version}` });
  scope.defer(() => client.close());
  const disabling = new EndpointDisabling({
    webhooks: store.webhooks,
    endpoints,
    deliverer: () => deliverer,
    scope,
    log,
  });
  const deliverer: Deliverer = new Deliverer({
    outbox,
    client,
    endpoints: () => endpoints.all,
    log,
    options: { timeout, schedule, hold, disableAfter, drain },
    onDisable: disabling.disable,
    onAttempt,
  });
  scope.defer(() => deliverer.close());
  if (store.isShared) scope.spawn('endpoints', (signal) => watchEndpoints(endpoints, deliverer, signal));
  return {
    deliverer,
    deliveriesOf: (events) => fanOut(events, endpoints.all, monotonicClock.now()),
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
      const isKnown = await outbox.retry(id, monotonicClock.now());
      deliverer.wake();
      return isKnown;
    },
  };
}
