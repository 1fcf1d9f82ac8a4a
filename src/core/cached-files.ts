import { randomUUID } from 'node:crypto';
import { readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { directoryMode } from './file-modes.ts';
import { makeDirectory } from './make-directory.ts';
import { onAbort } from './wait.ts';

/** A file's time is when it was last used, to about this many milliseconds: most uses write nothing. */
const precision = 10 * 60_000;

export interface CachedFile {
  readonly name: string;
  readonly bytes: number;
  readonly usedAt: number;
}

/** A directory of files that can be made again: each appears whole, and goes when nobody has used it for long. */
export class CachedFiles {
  readonly directory: string;
  readonly #onMade: (bytes: number) => void;
  /** How many have use of a file just now, by its name. */
  readonly #holders = new Map<string, number>();

  constructor(directory: string, onMade: (bytes: number) => void = () => undefined) {
    this.directory = directory;
    this.#onMade = onMade;
  }

  path(name: string): string {
    return join(this.directory, name);
  }

  /** Whether a file is there. To ask is to use it. */
  async has(name: string): Promise<boolean> {
    try {
      const { mtimeMs } = await stat(this.path(name));
      if (mtimeMs < Date.now() - precision) await utimes(this.path(name), new Date(), new Date());
      return true;
    } catch {
      return false;
    }
  }

  /** Makes a file, or makes it anew; `write` gets the path of a draft and may leave anything there when it fails. */
  async make(name: string, write: (draft: string) => Promise<void>): Promise<void> {
    await using draft = await this.draft(name);
    await write(draft.path);
    await rename(draft.path, this.path(name));
    this.#onMade((await stat(this.path(name))).size);
  }

  /** Says that a file is in use until the signal is aborted. */
  hold(name: string, signal: AbortSignal): void {
    if (signal.aborted) return;
    this.#holders.set(name, (this.#holders.get(name) ?? 0) + 1);
    onAbort(signal, () => {
      const left = (this.#holders.get(name) ?? 1) - 1;
      if (left > 0) this.#holders.set(name, left);
      else this.#holders.delete(name);
    });
  }

  /** A draft is its maker's. */
  isInUse(name: string): boolean {
    return name.startsWith('.') || this.#holders.has(name);
  }

  /** What is there, drafts too. */
  async files(): Promise<readonly CachedFile[]> {
    const found = (await this.#names()).map(async (name): Promise<CachedFile[]> => {
      const status = await stat(this.path(name)).catch(() => undefined);
      return status ? [{ name, bytes: status.size, usedAt: status.mtimeMs }] : [];
    });
    return (await Promise.all(found)).flat();
  }

  /** A path to write to that nobody else has, removed in the end. Asterisk takes any file of a base name: none begins so. */
  async draft(name: string): Promise<AsyncDisposable & { readonly path: string }> {
    makeDirectory(this.directory, directoryMode);
    const path = this.path(`.${randomUUID()}.${name}`);
    return { path, [Symbol.asyncDispose]: () => rm(path, { force: true }) };
  }

  /** Deletes what nobody has used since, and nobody uses; answers how many files. */
  async deleteUnused(since: number, signal: AbortSignal): Promise<number> {
    let count = 0;
    for (const name of await this.#names()) {
      signal.throwIfAborted();
      if (this.#holders.has(name)) continue;
      const used = (await stat(this.path(name)).catch(() => undefined))?.mtimeMs;
      if (used === undefined || used >= since) continue;
      await rm(this.path(name), { force: true });
      count++;
    }
    return count;
  }

  /** None where nothing was ever made. */
  async #names(): Promise<readonly string[]> {
    try {
      return await readdir(this.directory);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []; // as Node documents its errors
      throw error;
    }
  }
}
