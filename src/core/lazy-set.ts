import { isWorn } from './living.ts';

/**
 * A set that takes memory from the first thing in it on: a call has a dozen that stay empty, of 150 bytes each. Where things come and go
 * it begins anew, as `Living` does.
 */
export class LazySet<Item> implements Iterable<Item> {
  #items: Set<Item> | undefined;
  #changes = 0;

  get size(): number {
    return this.#items?.size ?? 0;
  }

  has(item: Item): boolean {
    return this.#items?.has(item) ?? false;
  }

  add(item: Item): this {
    this.#items ??= new Set();
    if (isWorn(++this.#changes, this.#items)) {
      this.#items = new Set(this.#items);
      this.#changes = 0;
    }
    this.#items.add(item);
    return this;
  }

  delete(item: Item): boolean {
    return this.#items?.delete(item) ?? false;
  }

  clear(): void {
    this.#items?.clear();
  }

  [Symbol.iterator](): Iterator<Item> {
    return (this.#items ?? []).values();
  }
}
