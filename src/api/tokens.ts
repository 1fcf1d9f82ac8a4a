import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';
import { type TokenRecord, type TokenScope, tokenScopes } from '../storage/token-record.ts';

/** Whom a token speaks for. */
export interface Principal {
  /** Unique among tokens: requests are counted by it. */
  readonly name: string;
  readonly scopes: readonly TokenScope[];
}

export interface TokenBook {
  verify(token: string): Promise<Principal | undefined>;
  /** A stored token was made or deleted: holds from now on. */
  changed(record: TokenRecord): void;
}

/** The one token of the configuration, which has every scope. */
export function singleToken(token: string): TokenBook {
  const expected = hashOf(token);
  const principal: Principal = { name: 'configured', scopes: tokenScopes };
  return {
    verify: async (given) => (isEqual(hashOf(given), expected) ? principal : undefined),
    changed: () => undefined,
  };
}

/** A new token: what is shown once, and what is kept of it. */
export function newToken(): { readonly token: string } & Pick<TokenRecord, 'prefix' | 'hash'> {
  const prefix = `arf_${randomBytes(6).toString('hex')}`;
  const token = `${prefix}_${randomBytes(32).toString('base64url')}`;
  return { token, prefix, hash: hashOf(token) };
}

/** What a token of ours begins with; `undefined` for what cannot be one. */
export function prefixOf(token: string): string | undefined {
  return /^(arf_[0-9a-f]{12})_[\w-]{43}$/.exec(token)?.[1];
}

export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}

/** Hashes are of equal length, so the time says nothing about the token. */
export function isEqual(hash: string, other: string): boolean {
  return timingSafeEqual(Buffer.from(hash), Buffer.from(other));
}
