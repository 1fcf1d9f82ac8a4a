import { AriError, ignoreGone } from '../ari/transport.ts';
import { ActionError } from '../core/errors.ts';
import { orAbort, within } from '../core/wait.ts';
import type { Call } from './call.ts';
import { pauseInHold } from './paused-playback.ts';
import { checkMedia, playbackEnd } from './playback-end.ts';

export interface PlayOptions {
  /** Ends the playback and the wait. */
  readonly signal: AbortSignal;
  /** Ends the playback early, as a digit does; the wait then resolves to `stopped`. */
  readonly bargeIn?: AbortSignal | undefined;
}

type Ending = 'done' | 'failed' | 'stopped';

/** How long a stopped playback may take to end. */
const stopDeadline = 2_000;

/** Asterisk plays to a channel one after the other: so many may wait there, or a loop of prompts would go on for hours. */
const longestQueue = 10;

/** What Asterisk has been asked to play to each call and has not ended. */
const queues = new WeakMap<Call, Set<Promise<unknown>>>();

/**
 * Plays one media URI of Asterisk's (`sound:…`, `recording:…`) to the caller, behind what is being played, and waits for its
 * end. Asterisk does not say why a playback failed; its log does.
 * @throws ActionError where Asterisk refuses, or too much is waiting.
 */
export async function play(call: Call, media: string, options: PlayOptions): Promise<Ending> {
  if (options.bargeIn?.aborted) return 'stopped';
  const queue = queues.get(call) ?? new Set();
  queues.set(call, queue);
  if (queue.size >= longestQueue)
    throw new ActionError('TOO_MANY_PLAYBACKS', `${longestQueue} playbacks are waiting on this call`);
  const playing = playNow(call, media, options);
  queue.add(playing);
  try {
    return await playing;
  } finally {
    queue.delete(playing);
  }
}

/** Waits until all that was to be played to the call has been: what Asterisk does on a channel waits behind it. */
export async function whenPlayed(call: Call, signal: AbortSignal): Promise<void> {
  await orAbort(Promise.allSettled(queues.get(call) ?? []), signal);
}

async function playNow(call: Call, media: string, { signal, bargeIn }: PlayOptions): Promise<Ending> {
  const id = call.resourceId('playback');
  // For the call's life, not the caller's: a stopped playback must have ended before the next one starts, or the stop hits that.
  using finished = call.expect('PlaybackFinished', ({ playback }) => playback.id === id, call.hangupSignal);
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    askToStop(call, id);
  };
  try {
    await checkMedia(call.ari, media, signal);
    // Nobody hears anything before he has taken the call.
    if (call.record.direction === 'outgoing') await call.answer(signal);
    // While his phone holds he would hear nothing of it.
    const isWanted = bargeIn ? AbortSignal.any([signal, bargeIn]) : signal;
    await call.hold.over(isWanted).catch(() => signal.throwIfAborted());
    if (bargeIn?.aborted) return 'stopped';
    using _ = pauseInHold(call, id);
    await request(call, id, media, signal);
    if (bargeIn?.aborted) stop();
    else bargeIn?.addEventListener('abort', stop, { once: true });
    const state = await playbackEnd(call.ari, id, finished.event, signal);
    return isStopped ? 'stopped' : state;
  } catch (error) {
    if (signal.aborted && !call.hangupSignal.aborted) {
      stop();
      await within(finished.event, stopDeadline).catch(() => undefined);
    }
    throw error;
  } finally {
    bargeIn?.removeEventListener('abort', stop);
  }
}

async function request(call: Call, id: string, media: string, signal: AbortSignal): Promise<void> {
  try {
    await call.ari.play(call.channelId, id, media, signal);
  } catch (cause) {
    signal.throwIfAborted();
    // Without an answer it may be playing all the same.
    if (cause instanceof AriError && cause.status === 0) askToStop(call, id);
    throw new ActionError('PLAYBACK_FAILED', 'Asterisk does not play to this call', { cause });
  }
}

/** A stop that fails lets the prompt run to its end. */
function askToStop(call: Call, id: string): void {
  ignoreGone(call.ari.stopPlayback(id)).catch(() => undefined);
}
