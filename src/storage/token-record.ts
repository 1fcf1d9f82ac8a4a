/** `read`: GET; `write`: everything but tokens; `admin`: tokens; `messages`: what a gateway for SMS brings. */
export const tokenScopes = ['read', 'write', 'admin', 'messages'] as const;

export type TokenScope = (typeof tokenScopes)[number];

/** A token of the API as it is stored: what it would take to use it is not there. */
export interface TokenRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly name: string;
  readonly scopes: readonly TokenScope[];
  /** When it stops being valid; `9999-01-01 …` for never. */
  readonly expires: string;
  /** The beginning of the token, by which it is found. */
  readonly prefix: string;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
  /** SHA-256 of the whole token, in hex. It has 256 random bits: there is nothing to guess, and no need of a slow hash. */
  readonly hash: string;
}
