import type { Heard } from '../ports/hearing.ts';
import { KeptAudio } from './kept-audio.ts';
import { loudnessOf } from './loudness.ts';
import type { Stretch } from './stretch.ts';
import { sampleRate } from './stt.ts';

/** A part of the audio, in milliseconds. */
export interface Gap {
  readonly start: number;
  readonly end: number;
}

/** How much audio may wait to be heard once more, in samples. */
const mostKept = 30 * sampleRate;
/** Of silence: the beginning of a word may be as quiet. */
const keptOfSilence = sampleRate;
/** Whoever has had audio for so long has said what there is to say of it, unless a sentence is under way. */
const settledAfter = 20 * sampleRate;
/** Loudness of 20 ms from which on they may be speech: a quiet line has less. */
const audible = 30;
const frame = sampleRate / 50;
/** By so much a provider may be wrong about the end of what it has heard, in samples. */
const slack = sampleRate / 5;
const perMillisecond = sampleRate / 1_000;

/** The audio of which not all is told yet, and from where on. Its places are samples of the whole audio. */
export class Unheard {
  readonly kept = new KeptAudio();
  /** Where what was told as final ends; and with what was silent behind it. */
  #told = 0;
  #settled = 0;
  /** Where a sentence begins that is under way. */
  #begun: number | undefined;
  #lastAudible = 0;
  /** From where on nobody has listened, while nobody does. */
  #missed: number | undefined;

  /** There is nothing of which not all is told. */
  get isQuiet(): boolean {
    const hasSettled = this.#missed === undefined && this.kept.end - this.#lastAudible > settledAfter;
    return this.#begun === undefined && (this.#isSilentSince(this.#settled) || hasSettled);
  }

  append(samples: Int16Array): void {
    for (let at = 0; at < samples.length; at += frame) {
      const part = samples.subarray(at, at + frame);
      if (loudnessOf(part) >= audible) this.#lastAudible = this.kept.end + at + part.length;
    }
    this.kept.append(samples);
  }

  /** Drops what nobody need hear once more; `fed`: how far it has been heard by the one who listens, if anybody does. */
  forget(fed = this.kept.end): void {
    const { end } = this.kept;
    if (this.isQuiet) this.#settled = Math.max(this.#settled, Math.min(end - keptOfSilence, fed));
    // What is silent is not missed.
    if (this.#missed !== undefined) this.#missed = Math.max(this.#missed, this.#settled);
    this.kept.dropBefore(Math.min(this.#settled, fed));
    this.kept.dropBefore(end - mostKept);
  }

  /** What is new in what was heard; `undefined` of what was told before. */
  told(heard: Heard): Heard | undefined {
    const end = Math.round(heard.end * perMillisecond);
    if (end <= this.#told) return undefined;
    const start = Math.max(Math.round(heard.start * perMillisecond), this.#told);
    if (heard.isFinal) {
      this.#told = end;
      this.#settled = Math.max(this.#settled, end);
    }
    const begun = Math.max(start, this.#settled);
    this.#begun = heard.isFinal ? undefined : Math.min(begun, this.#begun ?? begun);
    return { ...heard, start: start / perMillisecond };
  }

  /** Nobody listens any more: who did has not told all of what he had. */
  lost({ isProven, from, fed }: Stretch): void {
    const isAllTold = this.#begun === undefined && this.#isSilentSince(this.#settled);
    const untold = isAllTold ? fed : Math.min(this.#begun ?? fed, fed - settledAfter);
    this.#missed ??= Math.max(this.#settled, isProven ? untold : from);
  }

  /** Somebody begins to listen, from the first sample that is kept on: what nobody can hear any more. */
  listens(): Gap | undefined {
    this.kept.dropBefore(this.#settled);
    const gap = this.#gapUntil(this.kept.start);
    this.#missed = undefined;
    this.#begun = undefined;
    return gap;
  }

  /** Nobody will listen any more: what is missed. */
  rest(): Gap | undefined {
    const { end } = this.kept;
    return this.#isSilentSince(this.#missed ?? end) ? undefined : this.#gapUntil(end);
  }

  #isSilentSince(sample: number): boolean {
    return this.#lastAudible - sample <= slack;
  }

  #gapUntil(end: number): Gap | undefined {
    if (this.#missed === undefined || end <= this.#missed) return undefined;
    return { start: this.#missed / perMillisecond, end: end / perMillisecond };
  }
}
