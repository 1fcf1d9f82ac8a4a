import type { Ari } from '../ari/ari.ts';
import { AriError } from '../ari/transport.ts';
import type { Log } from '../core/log.ts';

/** The channel to end. */
interface Ending {
  readonly ari: Ari;
  readonly channelId: string;
  readonly log: Log;
}

/**
 * Asks Asterisk to end a channel, once; true where there is none any more. What it answers is not to be relied on: a request
 * can be lost with the connection, and so can the news of its success. Whoever asks asks again.
 */
export async function askToEnd(
  { ari, channelId, log }: Ending,
  cause: number,
  signal: AbortSignal,
): Promise<boolean> {
  try {
    await ari.hangup(channelId, cause, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AriError && error.status === 404) return true;
    log.debug({ error: String(error) }, 'hangup_not_accepted_yet');
  }
  return false;
}
