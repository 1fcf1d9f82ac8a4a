import { now } from './clock.ts';

/** At most so many in any second. */
export class Rate {
  readonly #most: number;
  /** When the last ones were, oldest first, by `now()`. */
  readonly #taken: number[] = [];

  constructor(perSecond: number) {
    this.#most = perSecond;
  }

  hasRoom(count = 1): boolean {
    const since = now() - 1_000;
    while ((this.#taken[0] ?? now()) <= since) this.#taken.shift();
    return this.#taken.length + count <= this.#most;
  }

  /** Whether there was none in the last second. */
  get isUnused(): boolean {
    return (this.#taken.at(-1) ?? Number.NEGATIVE_INFINITY) <= now() - 1_000;
  }

  /** Counts one more; false where there is no room for it. */
  take(): boolean {
    const hasRoom = this.hasRoom();
    if (hasRoom) this.#taken.push(now());
    return hasRoom;
  }
}
