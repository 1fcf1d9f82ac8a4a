import { authorization, type Credentials, parseChallenge } from './digest.ts';
import type { Phone } from './phone.ts';

export interface Registrar {
  /** Where we are to be called, oldest first; who takes his registration back is none. */
  readonly contacts: string[];
}

const challenge = 'Digest realm="provider", nonce="n0nce", algorithm=MD5';

/** A provider who registers whoever has this password: its digest is computed, not only looked for. */
export function registrarOf(provider: Phone, account: Credentials): Registrar {
  const contacts: string[] = [];
  provider.onRegister((request) => {
    const shown = request.headers.get('Authorization') ?? '';
    const wanted = authorization(parseChallenge(challenge) ?? {}, account, {
      method: 'REGISTER',
      uri: request.uri,
    });
    if (responseIn(shown) !== responseIn(wanted))
      return { status: 401, headers: { 'WWW-Authenticate': challenge } };
    const contact = /<([^>]+)>/.exec(request.headers.get('Contact') ?? '')?.[1] ?? '';
    const expires = request.headers.get('Expires') ?? '3600';
    const place = contacts.indexOf(contact);
    if (place >= 0) contacts.splice(place, 1);
    if (expires !== '0') contacts.push(contact);
    return { status: 200, headers: { Contact: `<${contact}>;expires=${expires}`, Expires: expires } };
  });
  return { contacts };
}

function responseIn(header: string): string {
  return /response="([0-9a-f]+)"/.exec(header)?.[1] ?? '';
}
