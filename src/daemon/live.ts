import type { Call } from '../calls/call.ts';
import type { CallRegistry } from '../calls/call-registry.ts';
import type { Activeflows } from '../flows/activeflows.ts';

/** Flows make calls, and calls run flows: whichever comes first finds the other here. */
export interface Live {
  readonly calls: CallRegistry;
  readonly activeflows: Activeflows;
  /** Takes a call that has come in. */
  readonly receive: (call: Call) => Promise<void>;
}

/** What is needed before it is there: bound once, read afterwards. */
export class Late<T extends object> {
  #value: T | undefined;

  bind(value: T): void {
    if (this.#value) throw new Error('this is bound already');
    this.#value = value;
  }

  /** @throws Error before it is bound */
  get value(): T {
    if (!this.#value) throw new Error('this is not bound yet');
    return this.#value;
  }
}
