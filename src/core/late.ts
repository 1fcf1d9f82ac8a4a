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
