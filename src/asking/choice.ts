/** What somebody types who chooses among keys of several digits: the choice is plain as soon as no other begins with it. */
export class Choice {
  readonly #keys: readonly string[];
  readonly #end: string;

  /** `end` is a digit that ends a choice at once, or none; a key may have it all the same. */
  constructor(keys: Iterable<string>, end: string) {
    this.#keys = [...keys];
    this.#end = end;
  }

  /** Whether no further digit can make it another choice. */
  isPlain(typed: string): boolean {
    return !this.#keys.some((key) => key !== typed && key.startsWith(typed));
  }

  /** The key that was typed, if there is such a one. */
  of(typed: string): string | undefined {
    if (this.#keys.includes(typed)) return typed;
    const isEnded = this.#end !== '' && typed.endsWith(this.#end);
    return isEnded ? this.#keys.find((key) => key === typed.slice(0, -1)) : undefined;
  }
}
