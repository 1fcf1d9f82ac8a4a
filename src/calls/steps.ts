/** Counts what is done with a call, in one flow after the other: what is made at each step has ids of its own. */
export class Steps {
  #last = 0;

  get last(): number {
    return this.#last;
  }

  next(): number {
    return ++this.#last;
  }

  /** So many were done before. */
  goOnFrom(step: number): void {
    this.#last = Math.max(this.#last, step);
  }
}
