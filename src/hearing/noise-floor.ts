/** What a line is taken for before it has been heard, in decibels of full scale: a noisy one. */
const assumed = -42;

/** Nothing is quieter than this: what comes through a line that is switched to silence and back is no voice. */
const lowest = -55;

/** Frames of 20 ms in a block, and blocks that are remembered: three seconds. */
const blockFrames = 25;
const blocks = 6;

/**
 * How loud the noise of a line is: the quietest frame of the last three seconds. Who speaks draws breath and has stops in his
 * words; noise has none.
 */
export class NoiseFloor {
  readonly #quietest: number[] = new Array(blocks).fill(assumed);
  #frames = 0;
  #block = 0;

  /** Takes how loud the next frame is; gives how loud the noise is. */
  hear(level: number): number {
    if (this.#frames++ % blockFrames === 0) {
      this.#block = (this.#block + 1) % blocks;
      this.#quietest[this.#block] = level;
    }
    this.#quietest[this.#block] = Math.min(level, this.#quietest[this.#block] ?? level);
    return Math.max(lowest, Math.min(...this.#quietest));
  }
}
