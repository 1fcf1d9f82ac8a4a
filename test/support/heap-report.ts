import { renameSync, writeFileSync } from 'node:fs';

/**
 * Imported by a daemon before anything else (`NODE_OPTIONS`, with `--expose-gc`): on SIGWINCH it collects what is garbage and
 * writes the bytes of what is left to `HEAP_REPORT`. The memory of the process says little: the collector takes its time.
 */
const path = process.env.HEAP_REPORT;

process.on('SIGWINCH', () => {
  if (!path) return;
  // Twice: what the first one finalises is garbage of the second one.
  globalThis.gc?.();
  globalThis.gc?.();
  writeFileSync(`${path}.new`, String(process.memoryUsage().heapUsed));
  renameSync(`${path}.new`, path);
});
