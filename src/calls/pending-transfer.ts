import type { Call } from './call.ts';

/** Calls that somebody is about to send elsewhere, or to talk to somebody else, until that is decided. */
const pending = new WeakMap<Call, Promise<void>>();

/** So long a transfer may take to be decided, in milliseconds: nobody rings for longer. */
export const decisionPatience = 180_000;

/**
 * Calls that take part in a transfer: whoever talked to them may hang up before that is done, and must not take them with
 * him. `end` says that it is decided, and whether it was done. Nothing is begun where one of them takes part in another.
 */
export function beginTransfer(calls: readonly Call[]): { end(isDone: boolean): void } | undefined {
  if (calls.some((call) => pending.has(call))) return undefined;
  const { promise, resolve } = Promise.withResolvers<void>();
  const wereAttached = calls.filter(({ isDetached }) => !isDetached);
  for (const call of calls) {
    pending.set(call, promise);
    call.isDetached = true;
  }
  return {
    end(isDone) {
      for (const call of calls) pending.delete(call);
      if (!isDone) reattach(wereAttached);
      resolve();
    },
  };
}

/** They are what they were; whoever has lost meanwhile the one he was made for is hung up. */
function reattach(calls: readonly Call[]): void {
  for (const call of calls) call.isDetached = false;
  for (const call of calls)
    if (calls.some(({ id, hangupSignal }) => id === call.record.master_call_id && hangupSignal.aborted))
      call.hangupAsLeg();
}

/** Resolves when it is decided what becomes of the call; at once, where nobody wants anything of it. */
export function whenDecided(call: Call): Promise<void> {
  return pending.get(call) ?? Promise.resolve();
}
