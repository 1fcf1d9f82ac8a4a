import { sampleRate } from './stt.ts';
import { type Speech, VoiceDetector, type VoiceOptions } from './voice-detector.ts';

/** What somebody has said without a pause; its samples begin a little before it, and end a little behind. */
export interface Utterance extends Speech {
  readonly samples: Int16Array;
}

const perMs = sampleRate / 1_000;

/** How much goes with it, in samples: words begin and end more softly than they sound. */
const before = 300 * perMs;
const behind = 200 * perMs;

/** Where nobody speaks yet, so much of the past may turn out to be the beginning of a word. */
const mayBeWord = 400 * perMs;

/** Cuts utterances out of a call's audio; nothing is in two of them. */
export class Utterances {
  readonly #onUtterance: (utterance: Utterance) => void;
  readonly #detector: VoiceDetector;
  /** The audio that may still be needed; `#from` is its first sample, counted from the beginning. */
  readonly #pieces: Int16Array[] = [];
  #from = 0;
  #to = 0;
  #cutUntil = 0;

  constructor(onUtterance: (utterance: Utterance) => void, options?: VoiceOptions) {
    this.#onUtterance = onUtterance;
    this.#detector = new VoiceDetector({ onEnded: (speech) => this.#cut(speech) }, options);
  }

  /** Takes the samples that come next; they are the caller's own again when it returns. */
  hear(samples: Int16Array): void {
    this.#pieces.push(samples.slice());
    this.#to += samples.length;
    this.#detector.hear(samples);
    this.#forget(this.#detector.isSpeaking ? this.#cutUntil : this.#to - before - mayBeWord);
  }

  /** There is no more audio. */
  end(): void {
    this.#detector.end();
  }

  #cut({ start, end }: Speech): void {
    const from = Math.max(this.#cutUntil, this.#from, start * perMs - before);
    const to = Math.min(this.#to, end * perMs + behind);
    this.#cutUntil = Math.max(from, to);
    if (end > start) this.#onUtterance({ start, end, samples: this.#samples(from, to) });
  }

  #samples(from: number, to: number): Int16Array {
    const samples = new Int16Array(to - from);
    let at = this.#from;
    for (const piece of this.#pieces) {
      const part = piece.subarray(Math.max(0, from - at), Math.max(0, to - at));
      if (part.length > 0) samples.set(part, Math.max(0, at - from));
      at += piece.length;
    }
    return samples;
  }

  #forget(until: number): void {
    for (let piece = this.#pieces[0]; piece && this.#from + piece.length <= until; piece = this.#pieces[0]) {
      this.#from += piece.length;
      this.#pieces.shift();
    }
  }
}
