import type { Audit } from '../calls/audit.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import type { Recorder } from '../news/recorder.ts';
import type { Queues } from '../queues/queues.ts';
import type { Store } from '../storage/store.ts';
import { diskSpace } from './disk-space.ts';
import type { Gauges } from './present-figures.ts';

export interface Gauged {
  readonly calls: { readonly size: number; readonly audit: Pick<Audit, 'owned' | 'orphans'> };
  readonly activeflows: Pick<Activeflows, 'size'>;
  /** To Asterisk. */
  readonly connection: { readonly isConnected: boolean };
  readonly queues: Pick<Queues, 'waiting' | 'calledBack'>;
  readonly recorder: Pick<Recorder, 'waiting'>;
  readonly store: Pick<Store, 'outbox' | 'size'>;
}

/** What is there just now. */
export function gaugesOf(
  { calls, activeflows, connection, queues, recorder, store }: Gauged,
  directories: Readonly<Record<'data' | 'media', string>>,
): Gauges {
  return {
    liveCalls: calls.size,
    liveActiveflows: activeflows.size,
    isConnected: connection.isConnected,
    owned: calls.audit.owned,
    orphans: calls.audit.orphans,
    waitingInQueues: queues.waiting,
    callbacks: queues.calledBack,
    waitingChanges: recorder.waiting,
    pendingDeliveries: () => store.outbox.countPending(),
    storeSize: () => store.size(),
    disks: { data: () => diskSpace(directories.data), media: () => diskSpace(directories.media) },
  };
}
