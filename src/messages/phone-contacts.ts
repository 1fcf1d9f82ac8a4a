import type { Ari } from '../ari/ari.ts';
import { ignoreGone } from '../ari/transport.ts';
import { dialStringsOf } from '../calls/contacts.ts';
import { causeOf } from '../calls/hangup-cause.ts';

/** It calls nobody: Asterisk says where phones are only to whoever has a channel. */
const anyChannel = 'Local/s@ariflow-echo/n';

/**
 * Dial strings for all phones that are registered with this number. None where Asterisk does not say them: then the number alone leads
 * to one of them.
 */
export async function contactsOf(
  ari: Ari,
  phone: string,
  { id, signal }: { readonly id: string; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  const channelId = ari.id('contacts', id);
  using _ = ari.own(`channel:${channelId}`, { deliver: () => undefined });
  try {
    await ari.create({ channelId, endpoint: anyChannel }, signal);
    return dialStringsOf(phone, await ari.getVariable(channelId, `PJSIP_DIAL_CONTACTS(${phone})`, signal));
  } catch {
    signal.throwIfAborted();
    return [];
  } finally {
    await ignoreGone(ari.hangup(channelId, causeOf('normal'))).catch(() => undefined);
  }
}
