import { open, stat } from 'node:fs/promises';

/** So much at once: what remains is read the next time. */
const portion = 1_000_000;
/** A longer line is nobody's. */
const longestLine = 16_384;

/** Reads the lines that are added to a log, whoever empties it now and then. */
export class LogReader {
  readonly #path: string;
  #offset: number | undefined;
  #begun = '';

  constructor(path: string) {
    this.#path = path;
  }

  /** The lines since the last time; none the first time. */
  async lines(): Promise<readonly string[]> {
    const size = await stat(this.#path).then(
      (status) => status.size,
      () => 0,
    );
    this.#offset ??= size;
    if (size < this.#offset) this.#restart();
    if (size === this.#offset) return [];
    const lines = (this.#begun + (await this.#read(this.#offset))).split('\n');
    this.#begun = (lines.pop() ?? '').slice(0, longestLine);
    return lines;
  }

  #restart(): void {
    this.#offset = 0;
    this.#begun = '';
  }

  async #read(offset: number): Promise<string> {
    await using file = await open(this.#path, 'r');
    const { buffer, bytesRead } = await file.read(Buffer.alloc(portion), 0, portion, offset);
    this.#offset = offset + bytesRead;
    return buffer.toString('latin1', 0, bytesRead);
  }
}
