import type { Address } from './sip-message.ts';

/** `"Ann" <sip:1001@127.0.0.1:5060;ob>;tag=x`, taken apart. */
export interface NameAddress {
  readonly name: string;
  readonly uri: string;
  readonly user: string;
  readonly parameters: Readonly<Record<string, string>>;
}

export function parseNameAddress(text: string): NameAddress {
  const bracketed = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<([^>]+)>(.*)$/.exec(text);
  // Without brackets the parameters belong to the header, not to the URI (RFC 3261, 20).
  const bare = /^\s*([^;\s]+)(.*)$/.exec(text);
  const uri = bracketed?.[3] ?? bare?.[1] ?? '';
  return {
    name: (bracketed?.[1] ?? bracketed?.[2] ?? '').replace(/\\(.)/g, '$1'),
    uri,
    user: unescaped(/^sips?:([^@;:]+)(?::[^@]*)?@/.exec(uri)?.[1] ?? ''),
    parameters: parseParameters(bracketed?.[4] ?? bare?.[2] ?? ''),
  };
}

/** Where a request for this URI is sent. */
export function addressOf(uri: string): Address {
  const match = /^sip:(?:[^@]*@)?([^:;?>]+)(?::(\d+))?/.exec(uri);
  if (!match?.[1]) throw new SyntaxError(`not a sip: URI with a host: ${uri}`);
  return { host: match[1], port: Number(match[2] ?? 5_060) };
}

export function tagOf(header: string | undefined): string {
  return parseNameAddress(header ?? '').parameters.tag ?? '';
}

/** Asterisk gives an escaped percent sign back as a bare one: a user with such is left as he stands there. */
function unescaped(user: string): string {
  try {
    return decodeURIComponent(user);
  } catch {
    return user;
  }
}

function parseParameters(text: string): Record<string, string> {
  const pairs = text.matchAll(/;\s*([^=;\s]+)(?:\s*=\s*("[^"]*"|[^;\s]*))?/g);
  return Object.fromEntries(
    [...pairs].map(([, name = '', value = '']) => [name.toLowerCase(), value.replaceAll('"', '')]),
  );
}
