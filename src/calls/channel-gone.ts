import type { Ari } from '../ari/ari.ts';
import { AriError } from '../ari/transport.ts';

/** Whether Asterisk says that there is no channel of this id: one it says nothing of may be there. */
export async function isGone(ari: Ari, channelId: string, signal: AbortSignal): Promise<boolean> {
  try {
    await ari.channel(channelId, signal);
    return false;
  } catch (error) {
    signal.throwIfAborted();
    return error instanceof AriError && error.status === 404;
  }
}
