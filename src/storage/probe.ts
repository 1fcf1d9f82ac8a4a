import type { Kysely } from 'kysely';
import { wireTime } from '../core/clock.ts';
import { within } from '../core/wait.ts';
import type { Tables } from './tables.ts';

/** Asking more often than this answers what was found last. */
const maxAge = 1_000;

/** A store that takes longer is not ready, whatever it will say in the end. */
const patience = 1_000;

/** Finds out whether the store can be written by writing: a full disk still reads. */
export class Probe {
  readonly #database: Kysely<Tables>;
  #asked = Number.NEGATIVE_INFINITY;
  #found: Promise<boolean> = Promise.resolve(false);
  #writing: Promise<boolean> | undefined;

  constructor(database: Kysely<Tables>) {
    this.#database = database;
  }

  isWritable(): Promise<boolean> {
    if (performance.now() - this.#asked < maxAge) return this.#found;
    this.#asked = performance.now();
    // One at a time, also where it takes long: whoever asks must not add to the load.
    this.#writing ??= this.#write().then(
      () => this.#answer(true),
      () => this.#answer(false),
    );
    this.#found = within(this.#writing, patience).then((isWritable) => isWritable === true);
    return this.#found;
  }

  #answer(isWritable: boolean): boolean {
    this.#writing = undefined;
    return isWritable;
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
