import type { PlaybackFinished } from '../ari/events.gen.ts';
import { AriError, ignoreGone } from '../ari/transport.ts';
import { ActionError } from '../core/errors.ts';
import { within } from '../core/wait.ts';
import type { Call } from './call.ts';

export interface PlayOptions {
  /** Ends the playback and the wait. */
  readonly signal: AbortSignal;
  /** Ends the playback early, as a digit does; the wait then resolves to `stopped`. */
  readonly bargeIn?: AbortSignal | undefined;
}

/** Asterisk forgets to report the end of some playbacks; this often we ask whether it still knows ours. */
const pollInterval = 5_000;

/** How long a stopped playback may take to end. */
const stopDeadline = 2_000;

/**
 * Plays one media URI of Asterisk's (`sound:…`) to the caller and waits for its end. Asterisk does not say why a playback
 * failed; its log does.
 * @throws ActionError where Asterisk refuses.
 */
export async function play(
  call: Call,
  media: string,
  options: PlayOptions,
): Promise<'done' | 'failed' | 'stopped'> {
  const { signal, bargeIn } = options;
  if (bargeIn?.aborted) return 'stopped';
  const id = call.resourceId('playback');
  // For the call's life, not the caller's: a stopped playback must have ended before the next one starts, or the stop hits that.
  using finished = call.expect('PlaybackFinished', ({ playback }) => playback.id === id, call.hangupSignal);
  let isStopped = false;
  const stop = (): void => {
    isStopped = true;
    askToStop(call, id);
  };
  try {
    await request(call, id, media, signal);
    if (bargeIn?.aborted) stop();
    else bargeIn?.addEventListener('abort', stop, { once: true });
    const state = await ending(call, id, finished.event, signal);
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

async function ending(
  call: Call,
  id: string,
  finished: Promise<PlaybackFinished>,
  signal: AbortSignal,
): Promise<'done' | 'failed'> {
  for (;;) {
    const event = await within(finished, pollInterval, signal);
    if (event) return event.playback.state === 'failed' ? 'failed' : 'done';
    if (await isForgotten(call, id, signal)) return 'failed';
  }
}

async function isForgotten(call: Call, id: string, signal: AbortSignal): Promise<boolean> {
  try {
    await call.ari.playback(id, signal);
    return false;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof AriError && error.status === 404;
  }
}
