import { GCProfiler } from 'node:v8';

/** Bytes that a piece of work allocates on the heap of this thread: what was collected meanwhile, and what there is more of then. */
export async function allocated(work: () => Promise<void>): Promise<number> {
  globalThis.gc?.();
  const profiler = new GCProfiler();
  profiler.start();
  let filled = process.memoryUsage().heapUsed;
  await work();
  const end = process.memoryUsage().heapUsed;
  let bytes = 0;
  for (const { beforeGC, afterGC } of profiler.stop()?.statistics ?? []) {
    bytes += beforeGC.heapStatistics.usedHeapSize - filled;
    filled = afterGC.heapStatistics.usedHeapSize;
  }
  return bytes + end - filled;
}
