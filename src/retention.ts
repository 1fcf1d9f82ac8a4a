import type { Config } from './config.ts';
import { messageOf } from './core/errors.ts';
import type { Log } from './core/log.ts';
import type { Scope } from './core/scope.ts';
import { sleep } from './core/wait.ts';
import type { ExpiringKind, Store } from './storage/store.ts';

export interface RetentionOptions {
  readonly store: Pick<Store, 'expire'>;
  readonly retention: Config['retention'];
  readonly log: Pick<Log, 'info' | 'warn'>;
}

const interval = 10 * 60_000;

/** So many at once, then a pause: calls that are going on share the store with this. */
const portion = 200;
const pause = 100;

/** Deletes, every few minutes, what is over and older than it is to be kept. */
export function startRetention(options: RetentionOptions, scope: Scope): void {
  scope.spawn('retention', async (signal) => {
    for (;;) {
      await sleep(interval, signal);
      await sweep(options, signal);
    }
  });
}

/** Once through everything. A store that fails is asked again the next time. */
export async function sweep(options: RetentionOptions, signal: AbortSignal): Promise<void> {
  const { log, retention } = options;
  const ages: readonly [ExpiringKind, number][] = [
    ['calls', retention.calls],
    ['activeflows', retention.calls],
    ['deliveries', retention.deliveries],
  ];
  for (const [kind, age] of ages) {
    try {
      const count = await sweepKind(options, kind, Date.now() - age, signal);
      if (count > 0) log.info({ kind, count }, 'old_records_deleted');
    } catch (error) {
      if (signal.aborted) throw error;
      log.warn({ kind, error: messageOf(error) }, 'old_records_not_deleted');
    }
  }
}

async function sweepKind(
  { store }: RetentionOptions,
  kind: ExpiringKind,
  before: number,
  signal: AbortSignal,
): Promise<number> {
  let total = 0;
  for (;;) {
    const count = await store.expire({ kind, before, limit: portion });
    total += count;
    if (count < portion) return total;
    await sleep(pause, signal);
  }
}
