import { randomUUID } from 'node:crypto';
import { readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { makeDirectory } from './make-directory.ts';

/** A file's time is when it was last used, to about this many milliseconds: most uses write nothing. */
const precision = 10 * 60_000;

/** A directory of files that can be made again: each appears whole, and goes when nobody has used it for long. */
export class CachedFiles {
  readonly directory: string;

  constructor(directory: string) {
    this.directory = directory;
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
  }

  /** A path to write to that nobody else has, removed in the end. Asterisk takes any file of a base name: none begins so. */
  async draft(name: string): Promise<AsyncDisposable & { readonly path: string }> {
    makeDirectory(this.directory, 0o777);
    const path = this.path(`.${randomUUID()}.${name}`);
    return { path, [Symbol.asyncDispose]: () => rm(path, { force: true }) };
  }

  /** Deletes what nobody has used since; answers how many files. */
  async deleteUnused(since: number, signal: AbortSignal): Promise<number> {
    let count = 0;
    for (const name of await this.#names()) {
      signal.throwIfAborted();
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
