import { renameSync, writeFileSync } from 'node:fs';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { isMainThread } from 'node:worker_threads';

/**
 * Imported by a controller before anything else (`NODE_OPTIONS`, with `--expose-gc`), the same for all of them: on SIGWINCH it
 * writes to `BENCH_INSIDE` how late timers were since the last time, and what is in memory once the garbage is gone.
 */
export interface Inside {
  /** Bytes. */
  readonly heap: number;
  /** Milliseconds. */
  readonly lag: { readonly p50: number; readonly p99: number; readonly max: number };
}

const path = process.env.BENCH_INSIDE;
const resolution = 10;

if (path && isMainThread) {
  const delay = monitorEventLoopDelay({ resolution });
  delay.enable();
  process.on('SIGWINCH', () => {
    // A timer that is on time is recorded with its own interval.
    const late = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - resolution);
    const lag = { p50: late(delay.percentile(50)), p99: late(delay.percentile(99)), max: late(delay.max) };
    // Twice: what the first one finalises is garbage of the second one.
    globalThis.gc?.();
    globalThis.gc?.();
    const { heapUsed, external } = process.memoryUsage();
    writeFileSync(`${path}.new`, JSON.stringify({ heap: heapUsed + external, lag } satisfies Inside));
    renameSync(`${path}.new`, path);
    setImmediate(() => delay.reset());
  });
}
