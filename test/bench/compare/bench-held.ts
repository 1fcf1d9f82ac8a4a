import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from './bench.ts';
import { type Held, held } from './held.ts';
import { insightEnv } from './insight.ts';
import { cpuOfCall, failed } from './report.ts';

/** Calls that are held, and what is inside of a controller meanwhile: one controller at a time. */
export async function benchHeld(bench: Bench): Promise<void> {
  if (!bench.options.measures.includes('held')) return;
  const folder = await mkdtemp(join(tmpdir(), 'ariflow-bench-'));
  try {
    for (const name of bench.controllers) {
      await using parts = await bench.start([name], { envOf: () => insightEnv(folder) });
      for (const part of parts.all) {
        const { asterisk, options, firstRate } = bench;
        const { concurrency, seconds } = options;
        const short = { asterisk, flow: 'beep', rate: firstRate, seconds } as const;
        const found = await held(part, part.pid ?? 0, { asterisk, folder, concurrency, load: short });
        bench.add(`${concurrency} calls held`, part, figuresOf(found));
      }
    }
  } finally {
    await rm(folder, { recursive: true });
  }
}

function figuresOf(found: Held): Record<string, number> {
  return {
    'idle heap, MB': found.idleHeap,
    'heap a held call, KB': found.heapEach,
    'resident a held call, KB': found.memoryEach,
    'CPU of all held, ms/s': found.cpuASecond,
    [cpuOfCall]: found.cpuAlone,
    'CPU a call beside them, ms': found.cpuBeside,
    'lag p50, ms': found.lag.p50,
    'lag p99, ms': found.lag.p99,
    'lag most, ms': found.lag.max,
    [failed]: found.failed,
  };
}
