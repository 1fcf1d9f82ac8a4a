/** What comes once, or never: whoever waits for it has a promise, and where nobody does there is none. */
export class Once {
  #hasCome = false;
  #waiting: PromiseWithResolvers<void> | undefined;

  /** Resolves as soon as it has come. */
  get whenCome(): Promise<void> {
    if (this.#hasCome) return Promise.resolve();
    this.#waiting ??= Promise.withResolvers();
    return this.#waiting.promise;
  }

  come(): void {
    this.#hasCome = true;
    this.#waiting?.resolve();
    this.#waiting = undefined;
  }
}
