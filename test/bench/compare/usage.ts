import { readFileSync } from 'node:fs';
import { setTimeout as pause } from 'node:timers/promises';

const ticksPerSecond = 100;
const settledAfter = 300;
const mostPauses = 40;

/** Milliseconds of processor that a process has used, all its threads, to 10 ms. */
export function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1_000) / ticksPerSecond; // utime and stime
}

/** Megabytes of memory that a process has resident. */
export function memoryOf(pid: number): number {
  const kilobytes = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  return Number(kilobytes) / 1_024;
}

/** Until these processes have nothing left to do: what a call leads to is not over with the call. */
export async function settled(pids: readonly number[]): Promise<void> {
  const used = (): number => pids.reduce((sum, pid) => sum + cpuOf(pid), 0);
  let before = used();
  for (let pauses = 0; pauses < mostPauses; pauses++) {
    await pause(settledAfter);
    const now = used();
    if (now - before <= 20) return;
    before = now;
  }
}
