import { now } from '../core/clock.ts';
import { mostUnsent, sampleRate } from './stt.ts';

/** Samples of a piece: 100 ms, which is what clouds advise. */
const pieceSize = sampleRate / 10;
const mostPieces = mostUnsent / 100;
/** Milliseconds without a piece being taken, while some wait. */
const longestStall = 5_000;

/**
 * Audio on its way to a cloud, cut into pieces of 100 ms: 16-bit linear samples, the lower byte first. It is taken by iterating,
 * which waits for more, throws nothing, and is over when the audio has ended.
 */
export class Unsent implements AsyncIterable<Uint8Array> {
  readonly #pieces: Uint8Array[] = [];
  readonly #onStalled: () => void;
  /** Since when the first piece waits. */
  #waitsSince = 0;
  #open = new DataView(new ArrayBuffer(2 * pieceSize));
  #filled = 0;
  #hasEnded = false;
  #wake: (() => void) | undefined;

  /** `onStalled` is told when nobody takes any more, or far too little: at each write then. */
  constructor(onStalled: () => void) {
    this.#onStalled = onStalled;
  }

  write(samples: Int16Array): void {
    if (this.#hasEnded) return;
    for (const sample of samples) {
      this.#open.setInt16(2 * this.#filled, sample, true);
      this.#filled += 1;
      if (this.#filled === pieceSize) this.#close();
    }
    const hasStalled = this.#pieces.length > 0 && now() - this.#waitsSince > longestStall;
    if (hasStalled || this.#pieces.length > mostPieces) this.#onStalled();
    else this.#wake?.();
  }

  /** There is no more audio. */
  end(): void {
    if (this.#hasEnded) return;
    if (this.#filled > 0) this.#close();
    this.#hasEnded = true;
    this.#wake?.();
  }

  /** There is none who takes it any more. */
  drop(): void {
    this.#filled = 0;
    this.#pieces.length = 0;
    this.end();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const piece = this.#pieces.shift();
      this.#waitsSince = now();
      if (piece) yield piece;
      else if (this.#hasEnded) return;
      else await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }

  #close(): void {
    if (this.#pieces.length === 0) this.#waitsSince = now();
    this.#pieces.push(new Uint8Array(this.#open.buffer, 0, 2 * this.#filled));
    this.#open = new DataView(new ArrayBuffer(2 * pieceSize));
    this.#filled = 0;
  }
}
