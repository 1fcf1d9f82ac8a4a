import { after, onAbort } from '../core/wait.ts';

/** A signal that is aborted when what is awaited next does not come in time, or with another one. */
export class Patience implements Disposable {
  readonly #controller = new AbortController();
  readonly #reason: () => unknown;
  readonly #outer: Disposable;
  #timer: Disposable;

  constructor(ms: number, reason: () => unknown, outer: AbortSignal) {
    this.#reason = reason;
    this.#outer = onAbort(outer, () => this.#controller.abort(outer.reason));
    this.#timer = this.#start(ms);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** What was awaited has come: the next may take so long. */
  renew(ms: number): void {
    this.#timer[Symbol.dispose]();
    this.#timer = this.#start(ms);
  }

  [Symbol.dispose](): void {
    this.#timer[Symbol.dispose]();
    this.#outer[Symbol.dispose]();
  }

  #start(ms: number): Disposable {
    return after(ms, () => this.#controller.abort(this.#reason()));
  }
}
