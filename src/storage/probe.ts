import { now, wireTime } from '../core/clock.ts';
import { StoreError, type StoreProblem } from '../core/store-error.ts';
import { within } from '../core/wait.ts';
import type { Engine } from './engine.ts';

/** Why a store is not ready: what went wrong, it takes too long, or its file is not where it was. */
export type StoreTrouble = StoreProblem | 'slow' | 'moved';

/** Asking more often than this answers what was found last. */
const maxAge = 1_000;

/** A store that takes longer is not ready, whatever it will say in the end. */
const patience = 1_000;

/** Finds out whether the store can be written by writing: a full disk still reads. */
export class Probe {
  readonly #engine: Pick<Engine, 'database' | 'isInPlace'>;
  #asked = Number.NEGATIVE_INFINITY;
  #found: Promise<StoreTrouble | undefined> = Promise.resolve('slow');
  #writing: Promise<StoreTrouble | undefined> | undefined;

  constructor(engine: Pick<Engine, 'database' | 'isInPlace'>) {
    this.#engine = engine;
  }

  trouble(): Promise<StoreTrouble | undefined> {
    if (now() - this.#asked < maxAge) return this.#found;
    this.#asked = now();
    // One at a time, also where it takes long: whoever asks must not add to the load.
    this.#writing ??= this.#look().finally(() => {
      this.#writing = undefined;
    });
    // `within` resolves to `undefined` when the time is over.
    const looked = this.#writing.then((trouble) => ({ trouble }));
    this.#found = within(looked, patience).then((answer) => (answer ? answer.trouble : 'slow'));
    return this.#found;
  }

  /** Never rejects. */
  async #look(): Promise<StoreTrouble | undefined> {
    try {
      await this.#write();
      return (await this.#engine.isInPlace()) ? undefined : 'moved';
    } catch (error) {
      return error instanceof StoreError ? error.problem : 'failed';
    }
  }

  async #write(): Promise<void> {
    const tm_update = wireTime();
    await this.#engine.database
      .insertInto('probe')
      .values({ id: 'probe', tm_update })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ tm_update }))
      .execute();
  }
}
