import { now, wireTime } from '../core/clock.ts';
import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { TokenStore } from '../storage/store.ts';
import type { TokenRecord } from '../storage/token-record.ts';
import { hashOf, isEqual, type Principal, prefixOf, singleToken, type TokenBook } from './tokens.ts';

export interface StoredTokensOptions {
  readonly store: Pick<TokenStore, 'all'>;
  /** The token of the configuration, valid beside the stored ones. */
  readonly configured: string;
  readonly log: Pick<Log, 'error'>;
  /** How old what was read may be, in milliseconds: another process may have changed the tokens. */
  readonly maxAge?: number;
}

/**
 * The configured token and the stored ones. There are few, so all are kept in memory: no request waits for the disk that
 * another one has just asked, a flood of wrong tokens never reaches it, and while the store is away the known ones go on.
 */
export class StoredTokens implements TokenBook {
  readonly #options: StoredTokensOptions;
  readonly #configured: TokenBook;
  readonly #maxAge: number;
  #byPrefix: Map<string, TokenRecord> | undefined;
  #readAt = Number.NEGATIVE_INFINITY;
  #reading: Promise<void> | undefined;
  #changes = 0;

  constructor(options: StoredTokensOptions) {
    this.#options = options;
    this.#configured = singleToken(options.configured);
    this.#maxAge = options.maxAge ?? 1_000;
  }

  async verify(token: string): Promise<Principal | undefined> {
    const configured = await this.#configured.verify(token);
    if (configured) return configured;
    const prefix = prefixOf(token);
    if (prefix === undefined) return undefined;
    await this.#refresh();
    const record = this.#byPrefix?.get(prefix);
    if (!record || !isEqual(hashOf(token), record.hash) || record.expires <= wireTime()) return undefined;
    return { name: record.id, scopes: record.scopes };
  }

  changed({ prefix }: TokenRecord): void {
    this.#changes++;
    this.#byPrefix?.delete(prefix); // should the store be away now, a deleted token is not valid until it is back
    this.#readAt = Number.NEGATIVE_INFINITY;
  }

  async #refresh(): Promise<void> {
    if (now() - this.#readAt < this.#maxAge) return;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
  }

  async #read(): Promise<void> {
    try {
      const changes = this.#changes;
      const records = await this.#options.store.all();
      if (changes !== this.#changes) return await this.#read(); // what was read may be older than the change
      this.#byPrefix = new Map(records.map((record) => [record.prefix, record]));
    } catch (error) {
      if (!this.#byPrefix) throw error;
      this.#options.log.error({ error: messageOf(error) }, 'tokens_not_read');
    }
    this.#readAt = now();
  }
}
