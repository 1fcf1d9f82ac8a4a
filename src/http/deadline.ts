import { after } from '../core/wait.ts';

/**
 * The end of a request: its time is up, or its caller's signal is aborted. Unlike `AbortSignal.timeout` it holds nothing
 * once disposed, which counts at thousands of requests a second.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #outer: AbortSignal | undefined;
  readonly #timer: Disposable;
  readonly #abort: () => void;
  #hasPassed = false;

  constructor(timeout: number, outer: AbortSignal | undefined) {
    this.#outer = outer;
    this.#abort = () => this.#controller.abort();
    this.#timer = after(timeout, () => {
      this.#hasPassed = true;
      this.#controller.abort();
    });
    if (outer?.aborted) this.#abort();
    outer?.addEventListener('abort', this.#abort, { once: true });
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get hasPassed(): boolean {
    return this.#hasPassed;
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.#outer?.removeEventListener('abort', this.#abort);
  }
}
