/** Timers that all end with whoever owns them. */
export class Timers {
  readonly #timers = new Set<NodeJS.Timeout>();
  #isClosed = false;

  /** Returns what stops it. */
  after(ms: number, run: () => void): () => void {
    if (this.#isClosed) return () => undefined;
    const timer = setTimeout(() => {
      this.#timers.delete(timer);
      run();
    }, ms);
    this.#timers.add(timer);
    return () => {
      this.#timers.delete(timer);
      clearTimeout(timer);
    };
  }

  close(): void {
    this.#isClosed = true;
    for (const timer of this.#timers) clearTimeout(timer);
    this.#timers.clear();
  }
}
