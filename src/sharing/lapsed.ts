import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { StoreError } from '../core/store-error.ts';
import { sleep } from '../core/wait.ts';
import type { DaemonStore, KnownDaemon, Taken } from '../storage/daemon-store.ts';
import { beat, type Lease } from './lease.ts';

export interface LapsedOptions {
  readonly store: Pick<DaemonStore, 'all' | 'take'>;
  readonly lease: Pick<Lease, 'isSteady'>;
  /** Ends what lived in a daemon of which nobody here can reach the Asterisk, and tells of it. */
  readonly end: (taken: Taken) => Promise<void>;
  readonly log: Pick<Log, 'warn'>;
}

/** Looks for daemons whose leases are over, for as long as the signal lets it: what lived in them is ended by the first who sees it. */
export async function endLapsed(options: LapsedOptions, signal: AbortSignal): Promise<void> {
  for (;;) {
    await sleep(beat, signal);
    if (!options.lease.isSteady) continue;
    try {
      await endAll(options);
    } catch (error) {
      if (!(error instanceof StoreError)) throw error;
      options.log.warn({ error: messageOf(error) }, 'daemons_not_read');
    }
  }
}

/**
 * Whether what a daemon has left is for whoever comes first. One that serves the same application in the same Asterisk, or waits for
 * its turn there, goes on with its calls instead: to him they are left.
 */
export function isForAnybody(gone: KnownDaemon, all: readonly KnownDaemon[]): boolean {
  if (gone.isOurs || !gone.hasLapsed) return false;
  const isSuccessor = ({ app, asterisk, status, hasLapsed }: KnownDaemon): boolean =>
    !hasLapsed && status === 'waits' && app === gone.app && asterisk === gone.asterisk;
  return gone.status === 'waits' || !all.some(isSuccessor);
}

async function endAll({ store, end, log }: LapsedOptions): Promise<void> {
  const all = await store.all();
  for (const gone of all.filter((known) => isForAnybody(known, all))) {
    const taken = await store.take(gone.id);
    if (!taken) continue;
    log.warn({ instance: gone.id }, 'daemon_gone');
    await end(taken);
  }
}
