import { ignoreGone } from '../ari/transport.ts';
import { messageOf } from '../core/errors.ts';
import type { Call } from './call.ts';

/** Answers if need be, and lets the caller hear music until `work` is over, however it ends. */
export async function withHoldMusic<T>(call: Call, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  await call.answer(signal);
  try {
    await start(call, signal);
    return await work();
  } finally {
    // Not with the signal: that the wait was given up is no reason for the music to go on.
    if (!call.isEnded) await ignoreGone(call.ari.stopMoh(call.channelId)).catch(() => undefined);
  }
}

/** Without music the work is done all the same. */
async function start(call: Call, signal: AbortSignal): Promise<void> {
  try {
    await call.ari.startMoh(call.channelId, signal);
  } catch (error) {
    signal.throwIfAborted();
    call.log.warn({ error: messageOf(error) }, 'hold_music_failed');
  }
}
