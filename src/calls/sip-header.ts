import { AriError } from '../ari/transport.ts';
import type { Call } from './call.ts';

/** A header of the INVITE, `''` where it has none. */
export async function sipHeader(
  { ari, channelId }: Call,
  name: string,
  signal: AbortSignal,
): Promise<string> {
  try {
    return await ari.getVariable(channelId, `PJSIP_HEADER(read,${name})`, signal);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof AriError && error.status >= 400) return ''; // Asterisk answers 500 for a header that is not there
    throw error;
  }
}
