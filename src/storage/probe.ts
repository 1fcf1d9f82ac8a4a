import type { Kysely } from 'kysely';
import { wireTime } from '../core/clock.ts';
import type { Tables } from './tables.ts';

/** Asking more often than this answers what was found last. */
const maxAge = 1_000;

/** Finds out whether the store can be written by writing: a full disk still reads. */
export class Probe {
  readonly #database: Kysely<Tables>;
  #asked = Number.NEGATIVE_INFINITY;
  #found: Promise<boolean> = Promise.resolve(false);

  constructor(database: Kysely<Tables>) {
    this.#database = database;
  }

  isWritable(): Promise<boolean> {
    if (performance.now() - this.#asked < maxAge) return this.#found;
    this.#asked = performance.now();
    this.#found = this.#write().then(
      () => true,
      () => false,
    );
    return this.#found;
  }

  async #write(): Promise<void> {
    const tm_update = wireTime();
    await this.#database
      .insertInto('probe')
      .values({ id: 'probe', tm_update })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ tm_update }))
      .execute();
  }
}
