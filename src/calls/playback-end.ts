import type { Ari } from '../ari/ari.ts';
import type { PlaybackFinished } from '../ari/events.gen.ts';
import { AriError } from '../ari/transport.ts';
import { ActionError } from '../core/errors.ts';
import { within } from '../core/wait.ts';

const recording = 'recording:';

/** Asterisk forgets to report the end of some playbacks; this often we ask whether it still knows ours. */
const pollInterval = 5_000;

export type PlaybackState = 'going on' | 'paused' | 'gone';

export function isRecording(media: string): boolean {
  return media.startsWith(recording);
}

/** The playback of a recording that is not there would never end. @throws ActionError where this is one */
export async function checkMedia(ari: Ari, media: string, signal: AbortSignal): Promise<void> {
  if (!isRecording(media)) return;
  try {
    await ari.recordings.stored(media.slice(recording.length), signal);
  } catch (cause) {
    signal.throwIfAborted();
    const isMissing = cause instanceof AriError && cause.status === 404;
    throw isMissing
      ? new ActionError('RECORDING_NOT_FOUND', `there is no such recording: ${media}`, { cause })
      : new ActionError('PLAYBACK_FAILED', 'Asterisk does not say whether there is such a recording', {
          cause,
        });
  }
}

/** Waits until a playback is over, of which `finished` tells, and answers how it went. */
export async function playbackEnd(
  ari: Ari,
  id: string,
  finished: Promise<PlaybackFinished>,
  signal: AbortSignal,
): Promise<'done' | 'failed'> {
  for (;;) {
    const event = await within(finished, pollInterval, signal);
    if (event) return event.playback.state === 'failed' ? 'failed' : 'done';
    // What cannot be played fails within milliseconds: this was heard, and the news was lost with the connection.
    if (await isForgotten(ari, id, signal)) return 'done';
  }
}

async function isForgotten(ari: Ari, id: string, signal: AbortSignal): Promise<boolean> {
  return (await playbackState(ari, id, signal)) === 'gone';
}

/** What Asterisk says of a playback; nothing where it does not say. */
export async function playbackState(
  ari: Ari,
  id: string,
  signal: AbortSignal,
): Promise<PlaybackState | undefined> {
  try {
    const { state } = await ari.playback(id, signal);
    return (state as string) === 'paused' ? 'paused' : 'going on'; // its own description does not know that one
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof AriError && error.status === 404 ? 'gone' : undefined;
  }
}
