import { AriError } from '../ari/transport.ts';
import { sleep } from '../core/wait.ts';
import type { Call } from './call.ts';

/** What Asterisk says of a SIP channel that is there, and whose party has agreed to no stream of audio. */
const noStream = 'RTP info not found';

/** Q.850 "bearer capability not available": with it Asterisk ends a call whose answer refuses the audio. */
const notAvailable = 58;

/** Where Asterisk ends the call by itself, it does so by then, with a cause of its own; in milliseconds. */
const grace = 200;

/**
 * Ends a call whose answer describes media that cannot be used: another profile than RTP/AVP, no codec but digits, a host
 * without an address. Asterisk ends those by itself that describe none; such a one stays up without a sound, and as it has no
 * stream, no time without a packet ends it either.
 */
export async function endWithoutMedia(call: Call, signal: AbortSignal): Promise<void> {
  try {
    if (await mayHaveStream(call, signal)) return;
    await sleep(grace, signal);
    if (await mayHaveStream(call, signal)) return;
  } catch (error) {
    if (signal.aborted) return;
    throw error;
  }
  call.log.info({}, 'answered_without_media');
  call.ending.foundMute();
  call.hangup('failed', notAvailable);
}

/** Any other answer than the exact one means nothing. Rejects with nothing but the signal's reason. */
async function mayHaveStream({ ari, channelId }: Call, signal: AbortSignal): Promise<boolean> {
  try {
    await ari.rtpStatistics(channelId, signal);
    return true;
  } catch (error) {
    signal.throwIfAborted();
    return !(error instanceof AriError && error.status === 404 && error.message === noStream);
  }
}
