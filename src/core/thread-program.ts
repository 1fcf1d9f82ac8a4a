import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import type { Said } from './fair-thread.ts';

/**
 * Does the work of a `FairThread`, as its program. `at` tells what it is at, should it not end. Where there are calls beside it, they come
 * first.
 */
export function serve<Job, Answer>(
  work: (job: Job, at: (what: string) => void) => Answer | Promise<Answer>,
  { hasCalls = true } = {},
): void {
  const say = (said: Said<Answer>): void => parentPort?.postMessage(said);
  parentPort?.on('message', async (job: Job) => {
    const before = process.threadCpuUsage();
    const answer = await work(job, (what) => say({ at: what }));
    say({ answer, computed: milliseconds(process.threadCpuUsage(before)), spent: spent() });
  });
  if (hasCalls) giveWay();
  say({ ready: true, spent: spent() });
}

const spent = (): number => milliseconds(process.threadCpuUsage());

function milliseconds({ user, system }: NodeJS.CpuUsage): number {
  return (user + system) / 1_000;
}

/** Where there are no more processors than busy threads, calls come first: Linux takes this for the thread that says it. */
function giveWay(): void {
  if (process.platform === 'linux') setPriority(politeness);
}

/** A third of what somebody who is not polite gets: work that is good still ends within its limit on a busy machine. */
const politeness = 5;
