import type { Ari } from '../ari/ari.ts';
import type { Bridge } from '../calls/bridge.ts';
import { shownMedia } from '../calls/media-uri.ts';
import { checkMedia, playbackEnd } from '../calls/playback-end.ts';
import { ActionError } from '../core/errors.ts';

/** Plays one media URI of Asterisk's to all in a bridge; resolves when it is over. @throws ActionError where it cannot */
export async function playToAll(
  ari: Ari,
  bridge: Bridge,
  { id, media }: { readonly id: string; readonly media: string },
  signal: AbortSignal,
): Promise<void> {
  await checkMedia(ari, media, signal);
  using finished = bridge.expect('PlaybackFinished', ({ playback }) => playback.id === id, signal);
  try {
    await ari.bridges.play(bridge.id, id, media, signal);
    if ((await playbackEnd(ari, id, finished.event, signal)) === 'done') return;
  } catch (cause) {
    await ari.endPlayback(id);
    signal.throwIfAborted();
    throw new ActionError('PLAYBACK_FAILED', 'Asterisk does not play to this bridge', { cause });
  }
  throw new ActionError('PLAYBACK_FAILED', `Asterisk could not play ${shownMedia(media)}`);
}
