interface Cell<Value> {
  value: Value | undefined;
}

/**
 * A map of what comes and goes, where a `Map` would keep it for long. V8 gives a `Map` a new table every few changes; the one before
 * knows the next, and holds what it held. Once such a table has grown old, all the later ones outlive every collection of the young, and
 * with them whatever was in there: each call, though over. Here tables hold cells, and the cell of what has gone is empty.
 */
export class Living<Key, Value> implements Iterable<readonly [Key, Value]> {
  readonly #cells = new Map<Key, Cell<Value>>();

  get size(): number {
    return this.#cells.size;
  }

  has(key: Key): boolean {
    return this.#cells.has(key);
  }

  get(key: Key): Value | undefined {
    return this.#cells.get(key)?.value;
  }

  set(key: Key, value: Value): this {
    const cell = this.#cells.get(key);
    if (cell) cell.value = value;
    else this.#cells.set(key, { value });
    return this;
  }

  delete(key: Key): boolean {
    const cell = this.#cells.get(key);
    if (!cell) return false;
    cell.value = undefined;
    return this.#cells.delete(key);
  }

  clear(): void {
    for (const cell of this.#cells.values()) cell.value = undefined;
    this.#cells.clear();
  }

  keys(): IteratorObject<Key> {
    return this.#cells.keys();
  }

  values(): IteratorObject<Value> {
    return this.#cells.values().map(({ value }) => value as Value); // those in the table are full
  }

  [Symbol.iterator](): Iterator<readonly [Key, Value]> {
    return this.#cells.entries().map(([key, { value }]) => [key, value as Value] as const); // likewise
  }
}
