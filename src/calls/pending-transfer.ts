import type { Call } from './call.ts';

/** Calls that are about to be sent elsewhere, until that is decided. */
const pending = new WeakMap<Call, Promise<void>>();

/**
 * A call is about to be transferred: whoever talked to it may hang up before that is done, and must not take it with him.
 * `end` says that it is decided, and that it was not done where it was not.
 */
export function beginTransfer(call: Call): { end(isDone: boolean): void } {
  const { promise, resolve } = Promise.withResolvers<void>();
  pending.set(call, promise);
  const wasDetached = call.isDetached;
  call.isDetached = true;
  return {
    end(isDone) {
      pending.delete(call);
      if (!isDone) call.isDetached = wasDetached;
      resolve();
    },
  };
}

/** Resolves when it is decided whether the call goes elsewhere; at once, where nobody wants it to. */
export function whenDecided(call: Call): Promise<void> {
  return pending.get(call) ?? Promise.resolve();
}
