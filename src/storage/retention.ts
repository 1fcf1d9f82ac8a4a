import type { CachedFiles } from '../core/cached-files.ts';
import { now, systemTime } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import type { SizeBound } from '../core/size-bound.ts';
import { sleep } from '../core/wait.ts';
import { type Kind, kinds } from '../news/kinds.ts';
import type { Recordings } from '../recordings/recordings.ts';
import type { Store } from './store.ts';

/** How long what is over is kept, in milliseconds, and how much of it, in bytes. */
export interface Retention {
  readonly calls: number;
  readonly deliveries: number;
  readonly recordings: number;
  readonly recordings_size: number;
  readonly cache: number;
  readonly traces: number;
}

export interface RetentionOptions {
  readonly store: Pick<Store, 'expire'>;
  readonly retention: Retention;
  /** Go with their files. */
  readonly recordings: Pick<Recordings, 'expire' | 'shrink'>;
  /** What can be made again. */
  readonly caches: readonly CachedFiles[];
  readonly bound: Pick<SizeBound, 'trim'>;
  readonly log: Pick<Log, 'info' | 'warn'>;
}

const interval = 10 * 60_000;

/** So many at once, then a pause: calls that are going on share the store with this. */
const portion = 200;
const pause = 100;

/** Deletes, every few minutes, what is over and older than it is to be kept, or too much. */
export function startRetention(options: RetentionOptions, scope: Scope): void {
  scope.spawn('retention', async (signal) => {
    for (;;) {
      await sleep(interval, signal);
      await sweep(options, signal);
    }
  });
}

/** Once through everything. What fails is tried again the next time. */
export async function sweep(options: RetentionOptions, signal: AbortSignal): Promise<void> {
  const { store, recordings, caches, bound, log, retention } = options;
  const present = now();
  // The times of files are of the system's clock.
  const unusedSince = systemTime() - retention.cache;
  const expire = (kind: Kind | 'deliveries', age: number) => {
    const before = present - age;
    const some = (limit: number) =>
      kind === 'recordings' ? recordings.expire(before, limit) : store.expire({ kind, before, limit });
    return [kind, () => inPortions(some, signal)] as const;
  };
  const sweeps: readonly (readonly [string, () => Promise<number>])[] = [
    ...(Object.keys(kinds) as Kind[]).map((kind) => expire(kind, retention[kinds[kind].retention])),
    expire('deliveries', retention.deliveries),
    [
      'recordings_size',
      () => inPortions((limit) => recordings.shrink(retention.recordings_size, limit), signal),
    ],
    ...caches.map((files) => [files.directory, () => files.deleteUnused(unusedSince, signal)] as const),
    ['cache_size', () => bound.trim()],
  ];
  for (const [kind, run] of sweeps) {
    try {
      const count = await run();
      if (count > 0) log.info({ kind, count }, 'old_records_deleted');
    } catch (error) {
      if (signal.aborted) throw error;
      log.warn({ kind, error: messageOf(error) }, 'old_records_not_deleted');
    }
  }
}

async function inPortions(run: (limit: number) => Promise<number>, signal: AbortSignal): Promise<number> {
  let total = 0;
  for (;;) {
    const count = await run(portion);
    total += count;
    if (count < portion) return total;
    await sleep(pause, signal);
  }
}
