import { setTurn } from './clock.ts';

/** Turns of the event loop, one for each who asks, in the order they asked: between any two the loop serves everybody else. */
export class Slices {
  readonly #waiting: (() => void)[] = [];

  next(): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      if (this.#waiting.length === 1) setTurn(this.#give);
    });
  }

  readonly #give = (): void => {
    this.#waiting.shift()?.();
    if (this.#waiting.length > 0) setTurn(this.#give);
  };
}
