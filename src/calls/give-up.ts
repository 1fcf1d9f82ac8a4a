import { sleep } from '../core/wait.ts';
import type { Call } from './call.ts';

/** How long Asterisk may take to do as it is told, which nobody tells us any more. */
const obedience = 1_000;

/**
 * Asterisk is away, and all that was in its memory: each call ends as one that was found missing. So does one that failed while it
 * was being made, of which nobody knows whether there was a channel.
 */
export function endLost(calls: readonly Call[]): void {
  for (const call of calls)
    if (call.whereabouts.isMade || call.hangupSignal.aborted) call.reconcile(undefined);
}

/** From now on somebody else is told of these calls. They are hung up, and are over without the news of it. */
export async function endUntold(calls: readonly Call[], signal: AbortSignal): Promise<void> {
  for (const call of calls) {
    if (call.whereabouts.isElsewhere) call.letGo();
    else call.hangup('failed');
  }
  await sleep(obedience, signal);
  for (const call of calls) call.reconcile(undefined);
}
