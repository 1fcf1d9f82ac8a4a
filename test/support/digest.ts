import { createHash, randomBytes } from 'node:crypto';

export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/** What a 401 or 407 asks for, by parameter name: realm, nonce, algorithm, qop, opaque … */
export type Challenge = Readonly<Record<string, string>>;

export interface Authorized {
  readonly method: string;
  readonly uri: string;
  /** Fixed in tests with known answers. */
  readonly cnonce?: string;
}

const hashes: Record<string, string> = { MD5: 'md5', 'SHA-256': 'sha256' };

/** `Digest realm="…", nonce="…"` → its parameters; undefined where it is another scheme. */
export function parseChallenge(header: string): Challenge | undefined {
  const text = /^\s*Digest\s+(.*)$/is.exec(header)?.[1];
  if (text === undefined) return undefined;
  const pairs = text.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,]+))/g);
  return Object.fromEntries(
    [...pairs].map(([, name = '', quoted, plain]) => [
      name.toLowerCase(),
      quoted?.replace(/\\(.)/g, '$1') ?? plain ?? '',
    ]),
  );
}

/** The first of several challenges with an algorithm we can do. */
export function chooseChallenge(headers: readonly string[]): Challenge | undefined {
  return headers.map(parseChallenge).find((challenge) => challenge && algorithmOf(challenge) in hashes);
}

/** The value of `Authorization` (or `Proxy-Authorization`) that answers a challenge: RFC 2617, with or without qop. */
export function authorization(challenge: Challenge, credentials: Credentials, request: Authorized): string {
  const { realm = '', nonce = '', opaque, qop } = challenge;
  const hash = hasher(algorithmOf(challenge));
  const secret = hash(`${credentials.user}:${realm}:${credentials.password}`);
  const target = hash(`${request.method}:${request.uri}`);
  const fields = [
    `username="${credentials.user}"`,
    `realm="${realm}"`,
    `nonce="${nonce}"`,
    `uri="${request.uri}"`,
    `algorithm=${algorithmOf(challenge)}`,
  ];
  if (qop?.split(/\s*,\s*/).includes('auth')) {
    const cnonce = request.cnonce ?? randomBytes(8).toString('hex');
    const response = hash(`${secret}:${nonce}:00000001:${cnonce}:auth:${target}`);
    fields.push(`response="${response}"`, 'qop=auth', 'nc=00000001', `cnonce="${cnonce}"`);
  } else {
    fields.push(`response="${hash(`${secret}:${nonce}:${target}`)}"`);
  }
  if (opaque !== undefined) fields.push(`opaque="${opaque}"`);
  return `Digest ${fields.join(', ')}`;
}

function algorithmOf(challenge: Challenge): string {
  return (challenge.algorithm ?? 'MD5').toUpperCase();
}

function hasher(algorithm: string): (text: string) => string {
  const name = hashes[algorithm];
  if (name === undefined) throw new Error(`unknown digest algorithm: ${algorithm}`);
  return (text) => createHash(name).update(text).digest('hex');
}
