import { orAbort } from './wait.ts';

/** At most so many at a time; the others wait their turn, in order. */
export class Limit {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Whoever is aborted rejects with the signal's reason at once; where it was not its turn yet, it never is. */
  run<T>(task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    if (!signal) return this.#inTurn(task);
    const turn = this.#inTurn(() => {
      signal.throwIfAborted();
      return task();
    });
    return orAbort(turn, signal);
  }

  async #inTurn<T>(task: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#most) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    else this.#running++;
    try {
      return await task();
    } finally {
      // Whoever waits takes over the place.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
