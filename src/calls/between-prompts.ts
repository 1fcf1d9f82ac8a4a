import type { Call } from './call.ts';

/**
 * Orders something whenever the call has nothing else to hear: a prompt ends ringing and music for good, and so does a
 * bridge. Rejects with the signal's reason, or what the order throws.
 */
export async function betweenPrompts(
  call: Call,
  order: () => Promise<void>,
  signal: AbortSignal,
): Promise<never> {
  for (;;) {
    await call.prompts.whenHeard(signal);
    using heard = call.expect('PlaybackFinished', () => true, signal);
    using left = call.expect('ChannelLeftBridge', () => true, signal);
    await order();
    await Promise.race([heard.event, left.event]);
  }
}
