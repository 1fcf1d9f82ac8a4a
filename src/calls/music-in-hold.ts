import { ignoreGone } from '../ari/transport.ts';
import { messageOf } from '../core/errors.ts';
import type { Call } from './call.ts';

/**
 * Lets a party hear music who has come to one whose phone holds, until that is over or this is disposed of. To those who are there
 * when a hold begins Asterisk plays it by itself, and ends it with the hold. Here the hold may have been over for Asterisk
 * before the music began, and the news of it come after that: so we end it too.
 */
export async function musicInHold(holding: Call, party: Call, signal: AbortSignal): Promise<Disposable> {
  const { ari, channelId, log } = party;
  const failed = (error: unknown): void => {
    if (!signal.aborted && !party.hangupSignal.aborted)
      log.warn({ error: messageOf(error) }, 'hold_music_failed');
  };
  const end = async (): Promise<void> => {
    if (!holding.hold.isOn) await ignoreGone(ari.stopMoh(channelId, signal));
  };
  if (!holding.hold.isOn) return { [Symbol.dispose]: () => undefined };
  const watch = holding.hold.watch(() => void end().catch(failed));
  try {
    await ari.startMoh(channelId, signal);
    await end(); // where it was over before the music had begun
  } catch (error) {
    failed(error);
  }
  return watch;
}
