import { orAbort } from './wait.ts';

/** At most so many at a time; the others wait their turn, in order. */
export class Semaphore {
  readonly #most: number;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** Rejects with the signal's reason as soon as that is aborted; a task whose turn had not come then is never run. */
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
      // The task that has waited longest takes over the place.
      const next = this.#waiting.shift();
      if (next) next();
      else this.#running--;
    }
  }
}
