import { Living } from './living.ts';

/** Things by what they belong to: the few of one are found without a look at all there are. */
export class Groups<K, V> {
  readonly #groups = new Living<K, Set<V>>();

  /** In the order they came. */
  of(key: K): readonly V[] {
    return [...(this.#groups.get(key) ?? [])];
  }

  add(key: K, value: V): void {
    const group = this.#groups.get(key);
    if (group) group.add(value);
    else this.#groups.set(key, new Set([value]));
  }

  /** Nothing happens where it is not there. */
  delete(key: K, value: V): void {
    const group = this.#groups.get(key);
    if (group?.delete(value) && group.size === 0) this.#groups.delete(key);
  }
}
