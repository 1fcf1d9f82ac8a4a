import { messageOf } from '../core/errors.ts';
import type { Call } from './call.ts';

/**
 * Lets a party hear music who has come to one whose phone holds. To those who are there when a hold begins Asterisk plays it by
 * itself; with the end of the hold it ends for all.
 */
export async function musicInHold(holding: Call, party: Call, signal: AbortSignal): Promise<void> {
  if (!holding.hold.isOn) return;
  const { ari, channelId, log } = party;
  try {
    await ari.startMoh(channelId, signal);
    if (!holding.hold.isOn) await ari.stopMoh(channelId, signal); // its end came before the music
  } catch (error) {
    if (!signal.aborted && !party.hangupSignal.aborted)
      log.warn({ error: messageOf(error) }, 'hold_music_failed');
  }
}
