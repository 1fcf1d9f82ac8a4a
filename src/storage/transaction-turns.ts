/**
 * Transactions one after the other, and nothing else while one is under way. What is no transaction may overlap with its like, and
 * waits only for the transactions that were asked for before it.
 */
export class TransactionTurns {
  #last: Promise<void> = Promise.resolve();

  /** Resolves when the last transaction that was asked for is over. */
  get free(): Promise<void> {
    return this.#last;
  }

  /** Resolves when a transaction may begin, to what says that it is over. */
  async take(): Promise<() => void> {
    const before = this.#last;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#last = promise;
    await before;
    return resolve;
  }
}
