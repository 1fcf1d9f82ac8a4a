import type { Agents } from '../agents/agents.ts';
import type { Ari } from '../ari/ari.ts';
import type { Engagements } from '../calls/engagements.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import type { News } from '../news/news.ts';
import { isRegistered } from '../queues/is-registered.ts';
import { Queues } from '../queues/queues.ts';
import type { Store } from '../storage/store.ts';

export interface QueuesPartOptions {
  readonly log: Log;
  readonly scope: Scope;
  readonly store: Store;
  readonly news: News;
  readonly agents: Agents;
  readonly engagements: Engagements;
  /** Asked once calls come. */
  readonly ari: () => Ari;
}

export interface QueueParts {
  readonly queues: Queues;
}

/** How long a stop waits for the last agents to be free. */
const stopDeadline = 5_000;

/** The queues. Must be made before the calls: then they are stopped after them. */
export async function startQueues(options: QueuesPartOptions): Promise<QueueParts> {
  const { log, store, news, agents, engagements, ari } = options;
  await agents.releaseAll(); // whom a daemon that died has left on a call
  const scope = options.scope.stage(stopDeadline); // the agents become free with the end of their calls
  const queues = new Queues({
    store: store.queues,
    agents,
    isRegistered: (phone, signal) => isRegistered(ari(), phone, signal),
    engagements,
    scope,
    log,
    told: news.queues(store.queues),
    onChange: news.queuecall,
  });
  return { queues };
}
