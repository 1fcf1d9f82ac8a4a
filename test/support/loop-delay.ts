import { monitorEventLoopDelay } from 'node:perf_hooks';

/** How long the loop served nobody at the worst while something was done, in milliseconds. */
export async function maxDelay(work: () => Promise<unknown>): Promise<number> {
  const delay = monitorEventLoopDelay({ resolution: 5 });
  delay.enable();
  try {
    await work();
    return delay.max / 1e6;
  } finally {
    delay.disable();
  }
}
