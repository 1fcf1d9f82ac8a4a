import type { Metrics } from '../api/metrics.ts';
import { publicUrl } from '../config/reachable.ts';
import { Deadline } from '../core/deadline.ts';
import { flowEnds } from '../flow-requests/flow-end-requests.ts';
import type { LaterRequests } from '../flow-requests/later-requests.ts';
import type { AddressPolicy } from '../http/address-policy.ts';
import { LiveEvents } from '../news/live-events.ts';
import { News } from '../news/news.ts';
import { Recorder } from '../news/recorder.ts';
import { RecordingLinks } from '../recordings/recording-links.ts';
import type { Store } from '../storage/store.ts';
import { version } from '../version.ts';
import { type Delivery, startDelivery } from '../webhooks/delivery.ts';
import { type Foundation, stopDeadline } from './foundation.ts';

export function makeLinks({ config, secrets }: Foundation): RecordingLinks {
  return new RecordingLinks({
    publicUrl: publicUrl(config),
    key: secrets.link_key,
    life: config.link_ttl,
  });
}

export interface NewsNeeds extends Foundation {
  readonly store: Store;
  readonly policy: AddressPolicy;
  readonly metrics: Metrics;
  readonly later: LaterRequests;
  readonly links: RecordingLinks;
}

export interface ToldParts {
  readonly delivery: Delivery;
  readonly recorder: Recorder;
  readonly liveEvents: LiveEvents;
  readonly news: News;
}

/** From a change to the endpoints that want to hear of it; back from there comes only that one is given up, which is news too. */
export async function startNews(needs: NewsNeeds): Promise<ToldParts> {
  const { config, log, scope, late, store, policy, metrics, later, links } = needs;
  const { timeout, schedule, hold, disable_after: disableAfter } = config.webhook;
  const delivery = await startDelivery({
    ...{ log, scope, store, policy },
    userAgent: `ariflow/${version}`,
    options: { timeout, schedule, hold, disableAfter, drain: stopDeadline },
    told: () => news.webhooks(store.webhooks),
    onAttempt: metrics.attempted,
  });
  const liveEvents = new LiveEvents((id) => late.value.activeflows.get(id)?.record.flow_id);
  const recorder = new Recorder(store, log, {
    deliveriesOf: delivery.deliveriesOf,
    onEvent: (event) => liveEvents.tell(event),
    onDeliveries: () => delivery.deliverer.wake(),
    onCommit: metrics.store.committed,
    onRequests: () => later.wake(),
  });
  // Before those close that then have everything to deliver.
  scope.defer(async () => {
    using deadline = new Deadline(stopDeadline);
    await recorder.close(deadline.signal);
  });
  const { calls, flows, messages, queues } = metrics;
  const ends = { log, timezone: config.timezone, nodeName: config.ari.app, links, timeout };
  const news: News = new News(recorder, {
    requestOf: flowEnds({ ...ends, pauses: schedule }),
    onTold: ({ type, data }) => {
      if (type === 'call_hungup') calls.ended(data);
      if (type === 'activeflow_deleted') flows.ended(data);
      if (type === 'action_failed') flows.actionFailed(data);
      if (type === 'message_created') messages.made(data);
      if (type === 'queuecall_serviced') queues.serviced(data);
      if (type === 'queuecall_done') queues.done(data);
      if (type === 'queuecall_abandoned') queues.abandoned(data);
    },
    linkTo: config.public_url === undefined ? undefined : (id) => links.to(id),
  });
  return { delivery, recorder, liveEvents, news };
}
