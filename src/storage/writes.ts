import type { Engine } from './engine.ts';

/** Counts what was written to a table: as long as the count stays, what has been read of it is true. */
export class Writes {
  #count = 0;

  /** Of a table that only we write to; of another one nothing can be known. */
  static of({ isShared }: Engine): Writes | undefined {
    return isShared ? undefined : new Writes();
  }

  get count(): number {
    return this.#count;
  }

  note(): void {
    this.#count += 1;
  }
}
