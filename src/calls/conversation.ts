import { now } from '../core/clock.ts';
import { onAbort, within } from '../core/wait.ts';
import { decisionPatience } from './attachment.ts';
import type { Bridge } from './bridge.ts';
import type { Call } from './call.ts';
import { musicInHold } from './music-in-hold.ts';
import { keepTranslating } from './translation.ts';

/** Why two calls talk no longer. */
export type ConversationEnd = 'left' | 'limit';

export interface ConversationOptions {
  /** Ends with `one`: its flow's. */
  readonly signal: AbortSignal;
  /** The instant until which they may talk; never, where there is none. */
  readonly until: number;
}

/** Lets two calls in one bridge talk until `other` is hung up, one of them is taken out of it, or the time is up. */
export async function conversation(
  bridge: Bridge,
  [one, other]: readonly [Call, Call],
  { signal, until }: ConversationOptions,
): Promise<ConversationEnd> {
  await Promise.all([join(bridge, one, signal), join(bridge, other, signal)]);
  using music = new DisposableStack();
  const beginning = [musicInHold(one, other, signal), musicInHold(other, one, signal)];
  for (const each of await Promise.all(beginning)) music.use(each);
  using _translation = keepTranslating(one, other);
  const hangup = Promise.withResolvers<void>();
  using _hangup = onAbort(other.hangupSignal, hangup.resolve);
  const left = Promise.race([bridge.whenLeft(one), bridge.whenLeft(other), hangup.promise]).then(() => true);
  if (!(await within(left, until - now(), signal))) return 'limit';
  // Whoever has left may have sent the other one elsewhere with his last word; or this one has sent him, and waits.
  await within(one.attachment.decided, decisionPatience, signal);
  return 'left';
}

/** One who hangs up just now has left before he came. */
async function join(bridge: Bridge, call: Call, signal: AbortSignal): Promise<void> {
  try {
    await bridge.add(call, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (!call.hangupSignal.aborted) throw error;
  }
}
