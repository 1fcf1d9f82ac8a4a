import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** Of more than these it is not remembered who they are. */
const mostOwners = 10_000;

/**
 * The numbers that variables are kept for, in a store that nobody else writes to. Most callers are not among them, and need not
 * be asked about.
 */
export class VariableOwners {
  readonly #database: Kysely<Tables>;
  readonly #most: number;
  readonly #numbers = new Set<string>();
  #areTooMany = false;
  #read: Promise<void> | undefined;

  constructor(database: Kysely<Tables>, most = mostOwners) {
    this.#database = database;
    this.#most = most;
  }

  /** False where nothing is kept for a number. @throws StoreError */
  async mayHave(number: string): Promise<boolean> {
    this.#read ??= this.#readAll();
    await this.#read;
    return this.#areTooMany || this.#numbers.has(number);
  }

  /** Before something is kept for it. */
  add(number: string): void {
    if (this.#areTooMany) return;
    this.#numbers.add(number);
    this.#areTooMany = this.#numbers.size > this.#most;
    if (this.#areTooMany) this.#numbers.clear();
  }

  async #readAll(): Promise<void> {
    try {
      const numbers = this.#database.selectFrom('user_variables').select('number').distinct();
      for (const { number } of await numbers.limit(this.#most + 1).execute()) this.add(String(number));
    } catch (error) {
      this.#read = undefined;
      throw error;
    }
  }
}
