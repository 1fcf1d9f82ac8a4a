/** Cuts a stream of audio into frames of one size; what is left waits for more. */
export class Framing {
  readonly #size: number;
  #rest: Buffer = Buffer.alloc(0);

  /** `size` in bytes. */
  constructor(size: number) {
    this.#size = size;
  }

  /** All whole frames there are now. */
  take(bytes: Buffer): Buffer {
    if (this.#rest.length === 0 && bytes.length === this.#size) return bytes;
    const all = Buffer.concat([this.#rest, bytes]);
    const whole = all.length - (all.length % this.#size);
    this.#rest = all.subarray(whole);
    return all.subarray(0, whole);
  }
}
