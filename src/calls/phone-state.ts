import { AriError } from '../ari/transport.ts';
import { sleep } from '../core/wait.ts';
import type { Call } from './call.ts';

/** Why a phone does not take a call. */
export type Untaken = 'busy' | 'no_answer' | 'unavailable';

/** How long after a phone has registered Asterisk may call it offline, in milliseconds. */
const registrationDelay = 300;

/** A phone just now: not known to Asterisk, not registered, or how many calls it is on. */
export type PhoneState = 'unknown' | 'absent' | { readonly calls: number };

export async function phoneState(
  { ari }: Pick<Call, 'ari'>,
  phone: string,
  signal: AbortSignal,
): Promise<PhoneState> {
  const look = async (): Promise<PhoneState> => {
    const { state, channel_ids } = await ari.endpoint('PJSIP', phone, signal);
    return state === 'offline' ? 'absent' : { calls: channel_ids.length };
  };
  try {
    const found = await look();
    if (found !== 'absent') return found;
    // Asterisk says it a moment after it has answered the REGISTER.
    await sleep(registrationDelay, signal);
    return await look();
  } catch (error) {
    if (error instanceof AriError && error.status === 404) return 'unknown';
    throw error;
  }
}

/** By SIP's response: who declines has been reached. */
export function untakenBy(sipCode: number): Untaken {
  if (sipCode === 486 || sipCode >= 600) return 'busy';
  return sipCode === 480 || sipCode === 408 ? 'no_answer' : 'unavailable';
}
