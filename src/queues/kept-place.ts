import { after } from '../core/wait.ts';
import type { ReservedAgent } from '../ports/queues.ts';

/** The place of a call, kept for whoever comes to take it. */
export class KeptPlace implements Disposable {
  /** The agent whom it has, or is given meanwhile; where it is not to keep its turn yet there is none. */
  readonly asking: PromiseWithResolvers<ReservedAgent> | undefined;
  readonly #taken = Promise.withResolvers<void>();
  #limit: Disposable | undefined;

  /** With nobody, with an agent, or with a turn: it asks for one. */
  constructor(withWhom?: ReservedAgent | 'turn') {
    this.asking = withWhom && Promise.withResolvers<ReservedAgent>();
    if (withWhom !== undefined && withWhom !== 'turn') this.asking?.resolve(withWhom);
  }

  /** Resolves when it is taken. */
  get whenTaken(): Promise<void> {
    return this.#taken.promise;
  }

  /** For so long at most, in milliseconds. */
  limit(patience: number, onGone: () => void): this {
    this.#limit = after(patience, onGone);
    return this;
  }

  take(): void {
    this[Symbol.dispose]();
    this.#taken.resolve();
  }

  /** Nobody comes: an agent whom it has is free. */
  giveUp(): void {
    this[Symbol.dispose]();
    void this.asking?.promise.then((agent) => agent.free(Promise.resolve()));
  }

  [Symbol.dispose](): void {
    this.#limit?.[Symbol.dispose]();
  }
}
