import type { Call } from '../calls/call.ts';
import type { CallRegistry } from '../calls/call-registry.ts';
import type { Activeflows } from '../flows/activeflows.ts';

/** Flows make calls, and calls run flows: the parts that are made first find the others here. */
export interface CallsAndFlows {
  readonly calls: CallRegistry;
  readonly activeflows: Activeflows;
  /** Takes a call that has come in. */
  readonly receive: (call: Call) => Promise<void>;
}

/** A value that others are given before it is there: bound once, read afterwards. */
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
