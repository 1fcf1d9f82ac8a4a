import { messageOf } from '../core/errors.ts';
import type { Call } from './call.ts';

/** A URI that Asterisk has taken from a REGISTER, and can dial. */
const dialable = /^sip:[!-~]{1,255}$/;

/**
 * Dial strings for the phones that are registered with this number, besides the one that a channel of ours is for already: a
 * dial string that names the number only leads to one of them.
 */
export async function otherContacts(
  { ari, log }: Pick<Call, 'ari' | 'log'>,
  { channelId, phone }: { readonly channelId: string; readonly phone: string },
  signal: AbortSignal,
): Promise<readonly string[]> {
  const ask = (variable: string): Promise<string> => ari.getVariable(channelId, variable, signal);
  try {
    const [all, own] = await Promise.all([
      ask(`PJSIP_DIAL_CONTACTS(${phone})`),
      ask('CHANNEL(pjsip,target_uri)'),
    ]);
    return dialStringsOf(phone, all).filter((dialString) => dialString !== `PJSIP/${phone}/${own}`);
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ error: messageOf(error) }, 'contacts_not_read');
    return [];
  }
}

/** What `PJSIP_DIAL_CONTACTS` says, phone by phone. */
export function dialStringsOf(phone: string, all: string): readonly string[] {
  const prefix = `PJSIP/${phone}/`;
  const uris = all.split(`&${prefix}`).map((uri, index) => (index === 0 ? uri.replace(prefix, '') : uri));
  return uris.filter((uri) => dialable.test(uri)).map((uri) => `${prefix}${uri}`);
}
