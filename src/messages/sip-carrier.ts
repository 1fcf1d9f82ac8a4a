import type { Ari } from '../ari/ari.ts';
import { AriError } from '../ari/transport.ts';
import { isRegistered } from '../calls/is-registered.ts';
import { type Destination, parseDestination } from '../outgoing/dial-string.ts';
import { fromUser } from '../outgoing/from-user.ts';
import { type Carrier, failed, later, type Parcel, sent, type Tried } from './carrier.ts';
import { contactsOf } from './phone-contacts.ts';

/**
 * Sends a SIP MESSAGE through Asterisk. That says whether it has sent it, and nothing of the answer: `sent` is all that can be
 * known, but that a phone is not registered.
 */
export class SipCarrier implements Carrier {
  readonly #ari: Ari;

  constructor(ari: Ari) {
    this.#ari = ari;
  }

  async carry({ id, source, destination, text }: Parcel, signal: AbortSignal): Promise<Tried> {
    const place = parseDestination(destination);
    try {
      if (place.kind === 'phone' && !(await isRegistered(this.#ari, place.phone, signal)))
        return later('not_registered');
      const headers = { 'X-Message-ID': id };
      const message = { from: fromUser(source), body: text, headers };
      for (const to of await this.#urisOf(place, { id, signal }))
        await this.#ari.sendMessage({ to, ...message }, signal);
      return sent;
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof AriError)) throw error;
      return verdict(error, place);
    }
  }

  /** All phones of one number get it, as all of them ring. */
  async #urisOf(
    place: Destination,
    trying: { readonly id: string; readonly signal: AbortSignal },
  ): Promise<readonly string[]> {
    const contacts = place.kind === 'phone' ? await contactsOf(this.#ari, place.phone, trying) : [];
    if (contacts.length === 0) return [uriOf(place)];
    return contacts.map((contact) => contact.replace('PJSIP/', 'pjsip:'));
  }
}

/** Nothing of it is anybody's text: every character has been looked at. */
function uriOf(place: Destination): string {
  if (place.kind === 'sip') return `pjsip:direct/sip:${place.user}@${place.host}:${place.port}`;
  return `pjsip:${place.kind === 'phone' ? place.phone : place.number}`;
}

function verdict({ status }: AriError, { kind }: Destination): Tried {
  if (status === 0) return later('asterisk_away');
  if (kind === 'phone' || status >= 500) return later(`asterisk_${status}`);
  return failed(`asterisk_${status}`);
}
