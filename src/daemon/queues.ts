import type { AriConnection } from '../ari/connection.ts';
import type { Engagements } from '../calls/engagements.ts';
import { isRegistered } from '../calls/is-registered.ts';
import type { News } from '../news/news.ts';
import { Queues } from '../queues/queues.ts';
import type { Store } from '../storage/store.ts';
import type { RequestParts } from './flow-requests.ts';
import { type Foundation, stopDeadline } from './foundation.ts';

export interface QueuesNeeds extends Foundation {
  readonly store: Store;
  readonly news: News;
  readonly requests: RequestParts;
  readonly engagements: Engagements;
  readonly connection: AriConnection;
}

/** The queues. Started before calls come: then they are stopped after them. */
export function startQueues(needs: QueuesNeeds): Queues {
  const { log, store, news, engagements } = needs;
  const { agents } = needs.requests;
  const { ari } = needs.connection;
  const scope = needs.scope.stage(stopDeadline); // the agents become free with the end of their calls
  return new Queues({
    store: store.queues,
    agents,
    isRegistered: (phone, signal) => isRegistered(ari, phone, signal),
    engagements,
    scope,
    log,
    told: news.queues(store.queues),
    onChange: news.queuecall,
  });
}
