/** Fewer changes bring few tables. */
const fewest = 32;

/**
 * A map of what comes and goes, where a `Map` would keep it for long. V8 gives a `Map` a new table every few changes, and the one before
 * knows the next, with what that held. Once such a table has grown old, all the later ones outlive every collection of the young, and
 * with them each call that was in there, though over. So this one begins anew, with a `Map` that nobody knows, when about as much has
 * changed as is in it. Whoever goes through it meanwhile may not meet what was changed.
 */
export class Living<Key, Value> implements Iterable<readonly [Key, Value]> {
  #entries = new Map<Key, Value>();
  #changes = 0;

  get size(): number {
    return this.#entries.size;
  }

  has(key: Key): boolean {
    return this.#entries.has(key);
  }

  get(key: Key): Value | undefined {
    return this.#entries.get(key);
  }

  set(key: Key, value: Value): this {
    if (isWorn(++this.#changes, this.#entries)) {
      this.#entries = new Map(this.#entries);
      this.#changes = 0;
    }
    this.#entries.set(key, value);
    return this;
  }

  delete(key: Key): boolean {
    return this.#entries.delete(key);
  }

  clear(): void {
    if (this.#entries.size > 0) this.#entries = new Map();
  }

  keys(): IteratorObject<Key> {
    return this.#entries.keys();
  }

  values(): IteratorObject<Value> {
    return this.#entries.values();
  }

  [Symbol.iterator](): Iterator<readonly [Key, Value]> {
    return this.#entries[Symbol.iterator]();
  }
}

/** Whether so much came to a map or a set that it is to begin anew. */
export function isWorn(changes: number, { size }: { readonly size: number }): boolean {
  return changes > fewest && changes > size;
}
