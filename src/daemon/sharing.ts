import { HttpTransport } from '../ari/ari-http.ts';
import { identityOf } from '../ari/asterisk-identity.ts';
import type { Recovery } from '../recovery/recovery.ts';
import { endLapsed } from '../sharing/lapsed.ts';
import { Lease } from '../sharing/lease.ts';
import { Turn } from '../sharing/turn.ts';
import type { Taken } from '../storage/daemon-store.ts';
import { type LeftRows, takenRows } from '../storage/left-behind.ts';
import type { Store } from '../storage/store.ts';
import type { Foundation } from './foundation.ts';
import type { MessageParts } from './messages.ts';
import { makeRecovery, type RecoveryNeeds, recover } from './recovery.ts';

/** Begins to hold what lives here against the other daemons of the database, before anything does; without any there is no need. */
export async function beginLease({
  config,
  log,
  scope,
  store,
  onLost,
}: Foundation & { readonly store: Store }): Promise<Lease | undefined> {
  return store.daemons && Lease.begin({ store: store.daemons, app: config.ari.app, log, onLost }, scope);
}

export interface TurnNeeds extends Foundation {
  readonly store: Store;
  readonly lease: Lease | undefined;
}

/** Whose turn it is in our Asterisk. */
export function makeTurn({ config, secrets, log, scope, late, store, lease }: TurnNeeds): Turn | undefined {
  if (!store.daemons || !lease) return undefined;
  const { url, user, password = secrets.ari_password, app } = config.ari;
  const http = new HttpTransport({ url, user, password });
  scope.defer(() => http.close());
  return new Turn({
    ...{ store: store.daemons, lease, app, log },
    asterisk: (signal) => identityOf(http, signal),
    adopt: (taken) => late.value.adopt(taken),
  });
}

export interface SuccessionNeeds extends RecoveryNeeds {
  readonly texts: MessageParts;
  readonly recovery: Recovery;
}

/** What becomes of what was another daemon's and is ours now. */
export interface Succession {
  readonly recoveries: readonly Recovery[];
  /** In our Asterisk: it goes on. Before that is connected. */
  adopt(taken: Taken): Promise<void>;
  /** In one that nobody reaches any more: it is ended. */
  end(taken: Taken): Promise<void>;
}

export function makeSuccession(needs: SuccessionNeeds): Succession {
  const { log, recorder, activeflows, texts } = needs;
  const recoveries = [needs.recovery];
  const goOn = async (recovery: Recovery, rows: LeftRows): Promise<void> => {
    const due = await recover(recovery, () => rows.completions(), recorder);
    for (const completion of due) activeflows.complete(completion);
  };
  return {
    recoveries,
    async adopt(taken) {
      const rows = takenRows(taken, log);
      const recovery = makeRecovery(needs, rows);
      recoveries.push(recovery);
      await goOn(recovery, rows);
      texts.messages.resume(await rows.of('messages'));
    },
    async end(taken) {
      const rows = takenRows(taken, log);
      await goOn(makeRecovery(needs, rows, { isTheirs: false }), rows);
    },
  };
}

/** Looks after what other daemons leave. Started when flows can run. */
export function watchOthers({
  log,
  scope,
  store: { daemons },
  lease,
  succession,
}: TurnNeeds & { readonly succession: Succession }): void {
  if (!daemons || !lease) return;
  const end = (taken: Taken) => succession.end(taken);
  scope.spawn('other-daemons', (signal) => endLapsed({ store: daemons, lease, end, log }, signal));
}
