import { AriError } from '../ari/transport.ts';
import type { Call } from './call.ts';

/** Whether anything came back on the INVITE: Asterisk tells nobody of a 100, but has noted it. */
export async function hasAnyResponse({ ari, channelId }: Call, signal: AbortSignal): Promise<boolean> {
  try {
    return (await ari.getVariable(channelId, 'HANGUPCAUSE_KEYS()', signal)) !== '';
  } catch (error) {
    if (error instanceof AriError) return true; // it rings on, where nothing is known
    throw error;
  }
}
