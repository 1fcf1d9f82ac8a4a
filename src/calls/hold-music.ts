import { ignoreGone } from '../ari/transport.ts';
import { messageOf } from '../core/errors.ts';
import type { Call } from './call.ts';
import { pauseSending, resumeSending } from './outgoing-stream.ts';

/** Answers if need be, and lets the caller hear music until `work` is over, however it ends. */
export async function withHoldMusic<T>(call: Call, signal: AbortSignal, work: () => Promise<T>): Promise<T> {
  await call.answer(signal);
  try {
    await pauseSending(call);
    await start(call, signal);
    return await work();
  } finally {
    // Not with the signal: that the wait was given up is no reason for the music to go on.
    if (!call.isEnded) await ignoreGone(call.ari.stopMoh(call.channelId)).catch(() => undefined);
    resumeSending(call);
  }
}

/** The caller hears music from now on, until `stopHoldMusic`, or something is played to him. */
export async function startHoldMusic(call: Call, signal: AbortSignal): Promise<void> {
  await pauseSending(call);
  try {
    await call.ari.startMoh(call.channelId, signal);
  } catch (error) {
    resumeSending(call);
    throw error;
  }
}

export async function stopHoldMusic(call: Call, signal: AbortSignal): Promise<void> {
  await call.ari.stopMoh(call.channelId, signal);
  resumeSending(call);
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
