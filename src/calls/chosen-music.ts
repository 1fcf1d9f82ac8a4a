import { AriError } from '../ari/transport.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Call } from './call.ts';
import { usualClass } from './standing-orders.ts';

/** Music on hold that somebody has named. */
export interface Music {
  /** As he calls it: `sound:my/music`. */
  readonly name: string;
  /** Its class in Asterisk, ready to be heard. @throws ActionError why it cannot be; the signal's reason */
  class(signal: AbortSignal): Promise<string>;
}

/** What whoever waits is to hear: where the music he would have cannot be had, he hears the usual. */
export async function classOf(
  music: Music | undefined,
  { log }: { readonly log: Log },
  signal: AbortSignal,
): Promise<string> {
  if (!music) return usualClass;
  try {
    return await music.class(signal);
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ error: messageOf(error) }, 'music_not_ready');
    return usualClass;
  }
}

/** The same for a call, which does without where Asterisk does not take it. */
export async function preferMusic(call: Call, music: Music | undefined, signal: AbortSignal): Promise<void> {
  const musicClass = await classOf(music, call, signal);
  try {
    await chooseMusic(call, musicClass, signal);
  } catch (error) {
    signal.throwIfAborted();
    const isGone = error instanceof AriError && error.status === 404; // which is told in a moment
    if (!isGone && !call.hangupSignal.aborted) call.log.warn({ error: messageOf(error) }, 'music_not_chosen');
  }
}

/** What a call hears from now on wherever it hears music, also where Asterisk lets it hear some: while another party's phone holds. */
export async function chooseMusic(call: Call, musicClass: string, signal: AbortSignal): Promise<void> {
  const { ari, channelId, orders } = call;
  if (orders.musicClass === musicClass) return;
  await ari.setVariable(channelId, 'CHANNEL(musicclass)', musicClass, signal);
  orders.musicClass = musicClass;
}
