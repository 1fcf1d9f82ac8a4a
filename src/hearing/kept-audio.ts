/** Samples of a block: half a second. */
const blockSize = 4_000;

/**
 * The latest audio of a call, counted in samples from its first: as much of it as may have to be heard once more. What is
 * appended is copied.
 */
export class KeptAudio {
  readonly #blocks: Int16Array[] = [];
  /** Where the first block begins. */
  #first = 0;
  #start = 0;
  #end = 0;

  /** The first sample that is still there. */
  get start(): number {
    return this.#start;
  }

  /** How many samples there have been. */
  get end(): number {
    return this.#end;
  }

  append(samples: Int16Array): void {
    for (let taken = 0; taken < samples.length; ) {
      const place = (this.#end - this.#first) % blockSize;
      if (place === 0 && this.#end - this.#first === this.#blocks.length * blockSize)
        this.#blocks.push(new Int16Array(blockSize));
      const part = samples.subarray(taken, taken + blockSize - place);
      this.#blocks.at(-1)?.set(part, place);
      taken += part.length;
      this.#end += part.length;
    }
  }

  /** Forgets all before a sample. */
  dropBefore(sample: number): void {
    this.#start = Math.max(this.#start, Math.min(sample, this.#end));
    for (; this.#blocks.length > 0 && this.#first + blockSize <= this.#start; this.#first += blockSize)
      this.#blocks.shift();
  }

  /** What is kept of the samples between two places, block by block; the arrays are views. */
  *between(from: number, to: number): Generator<Int16Array> {
    const end = Math.min(to, this.#end);
    for (let at = Math.max(from, this.#start); at < end; ) {
      const [index, place] = [Math.floor((at - this.#first) / blockSize), (at - this.#first) % blockSize];
      const part = this.#blocks[index]?.subarray(place, Math.min(blockSize, place + end - at));
      if (!part) return;
      yield part;
      at += part.length;
    }
  }
}
