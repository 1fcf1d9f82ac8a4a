import { rm } from 'node:fs/promises';
import type { CachedFiles } from './cached-files.ts';

/** Once too much is there, so much of the bound is kept: not every new file is to make room for itself. */
const kept = 0.9;

/** How many bytes the files of several caches may take together: what was used longest ago goes first, nothing that is in use. */
export class SizeBound {
  readonly #most: number;
  readonly #onError: (error: unknown) => void;
  readonly #caches: CachedFiles[] = [];
  /** As far as it is known; nobody has looked yet where it is not. */
  #total: number | undefined;
  #trimming: Promise<number> | undefined;

  constructor(most: number, onError: (error: unknown) => void) {
    this.#most = most;
    this.#onError = onError;
  }

  add(cache: CachedFiles): void {
    this.#caches.push(cache);
  }

  /** Told of every file that was made. */
  readonly made = (bytes: number): void => {
    if (this.#total !== undefined) this.#total += bytes;
    if (this.#total === undefined || this.#total > this.#most) this.trim().catch(this.#onError);
  };

  /** Deletes what is too much; answers how many files. */
  trim(): Promise<number> {
    this.#trimming ??= this.#trim().finally(() => {
      this.#trimming = undefined;
    });
    return this.#trimming;
  }

  async #trim(): Promise<number> {
    const lists = this.#caches.map(async (cache) =>
      (await cache.files()).map((file) => ({ ...file, cache })),
    );
    const files = (await Promise.all(lists)).flat();
    this.#total = files.reduce((total, { bytes }) => total + bytes, 0);
    if (this.#total <= this.#most) return 0;
    let count = 0;
    for (const { cache, name, bytes } of files.sort((one, other) => one.usedAt - other.usedAt)) {
      if (this.#total <= this.#most * kept) break;
      if (cache.isInUse(name)) continue;
      await rm(cache.path(name), { force: true });
      this.#total -= bytes;
      count++;
    }
    return count;
  }
}
