import type { Agents } from '../agents/agents.ts';
import type { Ari } from '../ari/ari.ts';
import { AriError } from '../ari/transport.ts';
import type { Engagements } from '../calls/engagements.ts';
import { millisOf, neverTime, wireTime } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import type { News } from '../news/news.ts';
import type { QueuecallRecord } from '../queues/queuecall-record.ts';
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

async function isRegistered(ari: Ari, phone: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await ari.endpoint('PJSIP', phone, signal)).state !== 'offline';
  } catch (error) {
    if (error instanceof AriError && error.status === 404) return false;
    throw error;
  }
}

/** Nobody is in the queues of a daemon that died; whoever waits for that hears of it now. */
export async function emptyQueues(store: Store, news: News): Promise<void> {
  for (const queuecall of await store.queuecalls.unfinished()) {
    const isServed = queuecall.status === 'service';
    const now = wireTime();
    const { reason } = queuecall;
    news.queuecall(isServed ? 'queuecall_done' : 'queuecall_abandoned', {
      ...queuecall,
      status: isServed ? 'done' : 'abandoned',
      tm_service: isServed ? queuecall.tm_service : neverTime,
      tm_update: now,
      tm_delete: now,
      ...durationsOf(queuecall, now),
      reason: reason === '' ? 'failed' : reason,
    });
  }
}

/** From coming to the answer, or to the end where there was none; from the answer to the end. */
function durationsOf(queuecall: QueuecallRecord, end: string): Partial<QueuecallRecord> {
  const { status, tm_create, tm_service } = queuecall;
  if (status !== 'service') return { duration_waiting: between(tm_create, end) };
  return { duration_waiting: between(tm_create, tm_service), duration_service: between(tm_service, end) };
}

/** Milliseconds between two times as on the wire; none where the clock was set back. */
function between(from: string, to: string): number {
  const [began = 0, ended = 0] = [from, to].map(millisOf);
  return Math.max(0, ended - began);
}
