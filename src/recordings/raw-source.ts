import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { rawFormat } from './tracks.ts';

/** A file of one side. Everything is counted in samples. */
export interface RawPart {
  /** `undefined` where there is none: its side is silent. */
  readonly path: string | undefined;
  /** How long after the first of its segment it began. */
  readonly delay: number;
  /** How long it was recorded by Asterisk's clock; `undefined` where that is not known. */
  readonly length: number | undefined;
  /**
   * Whether this side sends nothing while it has nothing to say. Asterisk then writes silence by a timer, and a machine that is
   * too busy misses some of it; of a side that always sends, it only lacks the end.
   */
  readonly isSparse: boolean;
}

/** Asterisk's frame. */
const frame = 160;

/** The last frame, and the way of the news that there are no more, are not missing. */
const tolerated = 2 * frame;

/** One channel of a segment, from its beginning on, with what Asterisk missed put back as silence. Reads synchronously. */
export class RawSource implements Disposable {
  /** With the delay, and with what was missed. */
  readonly length: number;
  readonly #file: number | undefined;
  readonly #samples: number;
  /** Silence to be put in, in proportion to the silence there is. */
  readonly #missed: number;
  readonly #silent: number;
  #position = 0;
  /** Silence so far, of the file and put in. */
  #heard = 0;
  #put = 0;
  /** Silence that comes next. */
  #next: number;

  constructor({ path, delay, length, isSparse }: RawPart) {
    this.#file = path === undefined ? undefined : openSync(path, 'r');
    const bytes = this.#file === undefined ? 0 : fstatSync(this.#file).size;
    this.#samples = Math.floor(bytes / rawFormat.bytesPerSample);
    const missed = (length ?? 0) - tolerated - this.#samples;
    this.#missed = this.#samples > 0 && missed > 0 ? missed : 0;
    this.length = this.#samples === 0 ? 0 : delay + this.#samples + this.#missed;
    this.#silent = isSparse && this.#missed > 0 ? this.#countSilent() : 0;
    this.#next = delay;
  }

  /** The next samples; silence behind the last one. */
  take(count: number): Int16Array {
    const piece = new Int16Array(count);
    const step = this.#silent > 0 ? frame : count;
    for (let filled = 0; filled < count; ) {
      const silence = Math.min(this.#next, count - filled);
      this.#next -= silence;
      filled += silence;
      const wanted = piece.subarray(filled, filled + Math.min(step, count - filled));
      const got = wanted.subarray(0, this.#read(wanted));
      if (got.length === 0 && this.#next === 0) break;
      filled += got.length;
      if (this.#silent > 0 && isSilent(got)) this.#putIn(got.length);
    }
    return piece;
  }

  [Symbol.dispose](): void {
    if (this.#file !== undefined) closeSync(this.#file);
  }

  #putIn(heard: number): void {
    this.#heard += heard;
    const due = Math.min(this.#missed, Math.round((this.#missed * this.#heard) / this.#silent));
    this.#next += Math.max(0, due - this.#put);
    this.#put = Math.max(this.#put, due);
  }

  #read(target: Int16Array): number {
    if (this.#file === undefined) return 0;
    const count = Math.min(target.length, this.#samples - this.#position);
    const bytes = new Uint8Array(target.buffer, target.byteOffset, count * rawFormat.bytesPerSample);
    const start = this.#position * rawFormat.bytesPerSample;
    for (let done = 0; done < bytes.length; ) {
      const more = readSync(this.#file, bytes, done, bytes.length - done, start + done);
      if (more === 0) break;
      done += more;
    }
    this.#position += count;
    return count;
  }

  #countSilent(): number {
    const piece = new Int16Array(frame);
    let silent = 0;
    for (let count = this.#read(piece); count > 0; count = this.#read(piece))
      if (isSilent(piece.subarray(0, count))) silent += count;
    this.#position = 0;
    return silent;
  }
}

function isSilent(samples: Int16Array): boolean {
  return samples.every((sample) => sample === 0);
}
