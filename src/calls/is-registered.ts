import type { Ari } from '../ari/ari.ts';
import { AriError } from '../ari/transport.ts';

/** Whether a phone can be rung, as far as Asterisk says. */
export async function isRegistered(ari: Ari, phone: string, signal: AbortSignal): Promise<boolean> {
  try {
    return (await ari.endpoint('PJSIP', phone, signal)).state !== 'offline';
  } catch (error) {
    if (error instanceof AriError && error.status === 404) return false;
    throw error;
  }
}
