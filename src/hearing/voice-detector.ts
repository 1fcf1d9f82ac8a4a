import { NoiseFloor } from './noise-floor.ts';

/** Samples that are judged together: 20 ms of telephone audio. */
const frameSize = 160;
const frameMs = 20;

/** How much louder than the noise a voice is, in decibels: to begin, and to go on. */
const beginsAbove = 9;
const goesOnAbove = 5;

/** So many quiet frames in a row, and a sound that was no voice yet is forgotten: a word has stops of some 40 ms in it. */
const framesToForget = 4;

export interface VoiceOptions {
  /** Milliseconds of sound that make a voice: clicks are shorter, and "no" is longer. */
  readonly shortest?: number;
  /** Milliseconds of silence after which he who spoke has finished. */
  readonly silence?: number;
  /** Milliseconds after which somebody who speaks on and on is taken to have finished; he begins anew at once. */
  readonly longest?: number;
}

/** Where somebody spoke, in milliseconds of the audio from its first sample. */
export interface Speech {
  readonly start: number;
  readonly end: number;
}

export interface VoiceListener {
  /** Somebody speaks, since `start`: as soon as his sound is long enough. */
  readonly onBegan?: ((start: number) => void) | undefined;
  /** He has finished: `end` is where his sound ended, before the silence. Each beginning has its end. */
  readonly onEnded?: (speech: Speech) => void;
}

/**
 * Tells speech from the noise of the line by its energy. Pure: what it says follows from the samples alone, in their order.
 * A sound that does not change for three seconds is noise, however loud.
 */
export class VoiceDetector {
  readonly #listener: VoiceListener;
  readonly #shortest: number;
  readonly #silence: number;
  readonly #longest: number;
  readonly #noise = new NoiseFloor();
  readonly #frame = new Int16Array(frameSize);
  #filled = 0;
  /** Milliseconds of whole frames so far. */
  #now = 0;
  /** Where the sound began that is a voice, or may become one. */
  #start: number | undefined;
  #lastLoud = 0;
  #loudMs = 0;
  #isSpeaking = false;

  constructor(listener: VoiceListener, options: VoiceOptions = {}) {
    this.#listener = listener;
    this.#shortest = options.shortest ?? 100;
    this.#silence = options.silence ?? 700;
    this.#longest = options.longest ?? 15_000;
  }

  get isSpeaking(): boolean {
    return this.#isSpeaking;
  }

  /** Takes the samples that come next, 8 000 a second, in pieces of any size. */
  hear(samples: Int16Array): void {
    for (const sample of samples) {
      this.#frame[this.#filled++] = sample;
      if (this.#filled < frameSize) continue;
      this.#filled = 0;
      this.#judge();
    }
  }

  /** There is no more audio: who speaks has finished. */
  end(): void {
    if (this.#isSpeaking) this.#finish();
  }

  #judge(): void {
    const level = levelOf(this.#frame);
    const above = level - this.#noise.hear(level);
    this.#now += frameMs;
    if (above > (this.#isSpeaking ? goesOnAbove : beginsAbove)) this.#loud();
    else this.#quiet();
    if (!this.#isSpeaking || this.#now - (this.#start ?? 0) < this.#longest) return;
    if (this.#lastLoud === this.#now) this.#cut();
    else this.#finish();
  }

  #loud(): void {
    this.#start ??= this.#now - frameMs;
    this.#lastLoud = this.#now;
    this.#loudMs += frameMs;
    if (this.#isSpeaking || this.#loudMs < this.#shortest) return;
    this.#isSpeaking = true;
    this.#listener.onBegan?.(this.#start);
  }

  #quiet(): void {
    if (this.#start === undefined) return;
    const silence = this.#now - this.#lastLoud;
    if (!this.#isSpeaking && silence >= framesToForget * frameMs) this.#forget();
    if (this.#isSpeaking && silence >= this.#patience()) this.#finish();
  }

  /** One who has spoken for long is cut at a breath rather than in the middle of a word. */
  #patience(): number {
    const length = this.#now - (this.#start ?? this.#now);
    return length > this.#longest / 2 ? this.#silence / 2 : this.#silence;
  }

  #finish(): void {
    const speech = { start: this.#start ?? 0, end: this.#lastLoud };
    this.#forget();
    this.#listener.onEnded?.(speech);
  }

  /** He speaks on, and nothing of it is in both parts or in none. */
  #cut(): void {
    const speech = { start: this.#start ?? 0, end: this.#now };
    this.#start = this.#now;
    this.#lastLoud = this.#now;
    this.#listener.onEnded?.(speech);
    this.#listener.onBegan?.(this.#now);
  }

  #forget(): void {
    this.#start = undefined;
    this.#loudMs = 0;
    this.#isSpeaking = false;
  }
}

/** How loud a frame is, in decibels of full scale, without what is not heard: an offset, and most of the hum of mains. */
function levelOf(frame: Int16Array): number {
  let previous = frame[0] ?? 0;
  let passed = 0;
  let energy = 0;
  for (const sample of frame) {
    passed = sample - previous + 0.9 * passed;
    previous = sample;
    energy += passed * passed;
  }
  return 10 * Math.log10(energy / frame.length / 32_768 ** 2 + 1e-10);
}
