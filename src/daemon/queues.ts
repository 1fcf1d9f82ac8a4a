import type { AriConnection } from '../ari/connection.ts';
import type { Engagements } from '../calls/engagements.ts';
import { isRegistered } from '../calls/is-registered.ts';
import { leadsSomewhere } from '../extensions/leads-somewhere.ts';
import type { News } from '../news/news.ts';
import type { Recorder } from '../news/recorder.ts';
import type { CallingBack } from '../queues/callback.ts';
import { Queues } from '../queues/queues.ts';
import type { Store } from '../storage/store.ts';
import type { ExtensionParts } from './extensions.ts';
import type { RequestParts } from './flow-requests.ts';
import { type Foundation, stopDeadline } from './foundation.ts';

export interface QueuesNeeds extends Foundation {
  readonly store: Store;
  readonly recorder: Recorder;
  readonly news: News;
  readonly requests: RequestParts;
  readonly engagements: Engagements;
  readonly connection: AriConnection;
  readonly phones: ExtensionParts;
}

/** By so many of the last calls of a queue it is estimated how long the next ones wait. */
const lastCalls = 20;

/** What it takes to call back whoever keeps his place. */
function callingOf({ late, store }: QueuesNeeds): CallingBack {
  const { outgoing, calls } = late.value;
  return {
    outgoing,
    flows: { get: (id) => store.flows.get(id) },
    callOf: (id) => calls.get(id),
    wasMade: async (id) => (await calls.endOf(id, store.calls)) !== undefined,
  };
}

/** The queues. Started before calls come: then they are stopped after them. */
export function startQueues(needs: QueuesNeeds): Queues {
  const { log, store, recorder, news, engagements } = needs;
  const { agents } = needs.requests;
  const { ari } = needs.connection;
  const { phones } = needs.phones;
  const scope = needs.scope.stage(stopDeadline); // the agents become free with the end of their calls
  return new Queues({
    store: {
      get: (id) => store.queues.get(id),
      queuecall: async (id) =>
        (recorder.latest('queuecalls', id) ?? (await store.queuecalls.find(id)))?.record,
      lastHandled: (id) => store.queuecalls.lastHandled(id, lastCalls),
    },
    agents,
    isRegistered: (phone, signal) => isRegistered(ari, phone, signal),
    isReachable: async (phone, signal) => {
      const isThere = await isRegistered(ari, phone, signal);
      const handling = phones.of(phone);
      return handling ? leadsSomewhere(handling, isThere) : isThere;
    },
    engagements,
    scope,
    log,
    told: news.queues(store.queues),
    onChange: news.queuecall,
    calling: () => callingOf(needs),
  });
}
