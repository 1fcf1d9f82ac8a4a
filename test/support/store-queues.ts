import type { Agents } from '../../src/agents/agents.ts';
import { Engagements } from '../../src/calls/engagements.ts';
import type { Log } from '../../src/core/log.ts';
import { Scope } from '../../src/core/scope.ts';
import type { Recorder } from '../../src/news/recorder.ts';
import type { QueueEventType, QueueRecord } from '../../src/queues/queue-record.ts';
import { Queues } from '../../src/queues/queues.ts';
import { toldTo } from '../../src/simulator/memory/told.ts';
import type { Store } from '../../src/storage/store.ts';

export interface QueueTold {
  readonly type: QueueEventType;
  readonly data: QueueRecord;
}

export interface StoreQueuesOptions {
  readonly recorder: Recorder;
  readonly agents: Agents;
  readonly log: Log;
  readonly told: QueueTold[];
}

/** Queues on a real store. */
export function storeQueues(store: Store, { recorder, agents, log, told }: StoreQueuesOptions): Queues {
  return new Queues({
    store: {
      get: (id) => store.queues.get(id),
      queuecall: async (id) => (await store.queuecalls.find(id))?.record,
      lastHandled: (id) => store.queuecalls.lastHandled(id, 20),
    },
    agents,
    isRegistered: async () => true,
    isReachable: async () => true,
    engagements: new Engagements(),
    log,
    scope: new Scope((error) => log.error({ error }, 'unexpected_error')),
    told: toldTo(store.queues, (type, data) => told.push({ type, data })),
    onChange: (_type, record) => recorder.record({ live: { kind: 'queuecalls', record } }),
    calling: () => {
      throw new Error('nobody is called back here');
    },
  });
}
