/** A map that takes memory from the first thing in it on, as `LazySet` does. */
export class LazyMap<Key, Value> implements Iterable<readonly [Key, Value]> {
  #entries: Map<Key, Value> | undefined;

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  has(key: Key): boolean {
    return this.#entries?.has(key) ?? false;
  }

  get(key: Key): Value | undefined {
    return this.#entries?.get(key);
  }

  set(key: Key, value: Value): this {
    this.#entries ??= new Map();
    this.#entries.set(key, value);
    return this;
  }

  delete(key: Key): boolean {
    return this.#entries?.delete(key) ?? false;
  }

  clear(): void {
    this.#entries?.clear();
  }

  keys(): IteratorObject<Key> {
    return (this.#entries ?? nothing).keys() as IteratorObject<Key>; // there is none in nothing
  }

  values(): IteratorObject<Value> {
    return (this.#entries ?? nothing).values() as IteratorObject<Value>; // likewise
  }

  [Symbol.iterator](): Iterator<readonly [Key, Value]> {
    return (this.#entries ?? nothing).entries() as Iterator<readonly [Key, Value]>; // likewise
  }
}

const nothing = new Map<never, never>();
