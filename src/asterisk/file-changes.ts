import { type FSWatcher, watch } from 'node:fs';

/** Tells when a file is written to, also one that comes later; where the system cannot tell, or tells no more, never. */
export class FileChanges implements Disposable {
  readonly #watcher: FSWatcher | undefined;
  #next = Promise.withResolvers<void>();

  constructor(directory: string, name: string) {
    try {
      this.#watcher = watch(directory, (_, changed) => void (changed === name && this.#next.resolve()));
      this.#watcher.on('error', () => this.#watcher?.close()).unref();
    } catch {
      // Too many directories are watched on this machine.
    }
  }

  /** Resolves at the first change since this was asked. */
  next(): Promise<void> {
    this.#next = Promise.withResolvers();
    return this.#next.promise;
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
  }
}
