import { after, onAbort } from './wait.ts';

/**
 * The end of a request: its time is up, or its caller's signal is aborted. Once disposed it holds nothing, which counts at
 * thousands of requests a second.
 */
export class Deadline implements Disposable {
  readonly #controller = new AbortController();
  readonly #outer: Disposable | undefined;
  readonly #timer: Disposable;
  #hasPassed = false;

  constructor(timeout: number, outer?: AbortSignal) {
    this.#timer = after(timeout, () => {
      this.#hasPassed = true;
      this.#controller.abort(new DOMException('The operation was aborted due to timeout', 'TimeoutError'));
    });
    this.#outer = outer && onAbort(outer, () => this.#controller.abort());
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  get hasPassed(): boolean {
    return this.#hasPassed;
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.#outer?.[Symbol.dispose]();
  }
}
