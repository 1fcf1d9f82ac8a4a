import {
  frequencyOf,
  joined,
  places,
  type Tone,
  toneNear,
  wordOfDigits,
  wordSize,
} from './spoken-numbers.ts';
import { goertzel, loudness, sampleRate } from './tones.ts';

/** Loudness is measured over so many samples, and what tone it is over two such steps. */
const step = 40;
/** Such windows in which a tone must be, to have been heard: 15 ms of it. */
const certain = 2;
/** The sound and the length of a word that is whole are off by so much at most: it begins and ends anywhere in a step. */
const exactness = 2 * step;
/** A word that was torn has less sound, and hardly more: each piece of it begins and ends in a step. */
const mostSound = wordSize + 10 * step;
/** So much silence in a word is a tear; more is its end. */
const longestTear = 0.25 * sampleRate;
/** So much silence ends a sentence. */
const endsSentence = 0.4 * sampleRate;

/** What a server makes of a word of which it has not heard all. */
export const brokenWord = 'krrk';

export interface UnderstoodWord {
  readonly text: string;
  /** Milliseconds of what was heard. */
  readonly start: number;
  readonly end: number;
}

/** A sentence, as far as it has come. */
export interface Understood {
  readonly words: readonly UnderstoodWord[];
  readonly isFinal: boolean;
  /** Milliseconds up to which it is about. */
  readonly end: number;
}

export interface NumberListenerOptions {
  /**
   * Whether a word is understood of which there is a piece of each tone, whatever silence is between them: on a machine that is busy
   * packets come late, or not at all. Otherwise of a word no 20 ms may be missing.
   */
  readonly takesTorn?: boolean;
}

/** Understands spoken numbers as they come, as a provider does: a sentence grows word by word, and is final when there is a pause. */
export class NumberListener {
  readonly #takesTorn: boolean;
  #rest = new Int16Array();
  /** Samples that were looked at, and the last step of them. */
  #at = 0;
  #last: Int16Array = new Int16Array(step);
  /** The tone that is heard, since where, and in how many windows. */
  #tone: (Tone & { readonly since: number; windows: number }) | undefined;
  /** The word that is being said. Though it was told, it may go on behind a tear. */
  #word: HeardWord | undefined;
  #isTold = false;
  #words: HeardWord[] = [];

  constructor({ takesTorn = false }: NumberListenerOptions = {}) {
    this.#takesTorn = takesTorn;
  }

  /** Milliseconds of audio. */
  get heard(): number {
    return milliseconds(this.#at + this.#rest.length);
  }

  hear(samples: Int16Array): Understood[] {
    const all = joined([this.#rest, samples]);
    const news: Understood[] = [];
    let from = 0;
    for (; from + step <= all.length; from += step) this.#look(all.subarray(from, from + step), news);
    this.#rest = all.slice(from);
    return news;
  }

  /** There is no more audio. */
  end(): Understood[] {
    const news: Understood[] = [];
    this.#endWord(news);
    this.#endSentence(news);
    return news;
  }

  #look(part: Int16Array, news: Understood[]): void {
    this.#at += step;
    if (loudness(part) > 1_000) this.#hearSound(part, news);
    else this.#hearSilence(news);
    this.#last = part;
  }

  #hearSound(part: Int16Array, news: Understood[]): void {
    if (!this.#word) this.#begin(new HeardWord());
    this.#word?.hearSound(this.#at - step);
    const tone = toneOf(joined([this.#last, part]));
    if (!tone) return;
    if (this.#tone?.place !== tone.place || this.#tone.digit !== tone.digit)
      this.#tone = { ...tone, since: this.#at - 2 * step, windows: 0 };
    this.#tone.windows += 1;
    if (this.#tone.windows < certain) return;
    if (this.#word?.canHave(tone) === false) {
      const next = this.#word.cutAt(this.#tone.since);
      this.#endWord(news);
      this.#begin(next);
    }
    this.#word?.hearTone(tone, this.#at);
  }

  #begin(word: HeardWord): void {
    this.#word = word;
    this.#isTold = false;
  }

  #hearSilence(news: Understood[]): void {
    if (this.#word?.isSaid) this.#tellWord(this.#word, news);
    if (this.#word && this.#at - this.#word.end >= longestTear) {
      this.#endWord(news);
      this.#tone = undefined;
    }
    if (!this.#word && this.#at - (this.#words.at(-1)?.end ?? 0) >= endsSentence) this.#endSentence(news);
  }

  #tellWord(word: HeardWord, news: Understood[]): void {
    if (this.#isTold) return;
    this.#isTold = true;
    news.push({
      words: this.#understand([...this.#words, word]),
      isFinal: false,
      end: milliseconds(this.#at),
    });
  }

  #endWord(news: Understood[]): void {
    if (!this.#word) return;
    this.#tellWord(this.#word, news);
    this.#words.push(this.#word);
    this.#word = undefined;
  }

  #endSentence(news: Understood[]): void {
    const words = this.#understand(this.#words.splice(0));
    if (words.length > 0) news.push({ words, isFinal: true, end: words.at(-1)?.end ?? 0 });
  }

  #understand(words: readonly HeardWord[]): UnderstoodWord[] {
    return words.map((word) => word.understood(this.#takesTorn));
  }
}

/** A word as far as it was heard, in samples. */
class HeardWord {
  /** Where each step of sound began. */
  readonly #sound: number[];
  /** Of each place, where it was heard. */
  readonly #digits: (number | undefined)[] = [];
  /** Where its last tone was heard. */
  #toneEnd = 0;

  constructor(sound: number[] = []) {
    this.#sound = sound;
  }

  get start(): number {
    return this.#sound[0] ?? 0;
  }

  get end(): number {
    return (this.#sound.at(-1) ?? 0) + step;
  }

  /** Whether the last of its places has been heard. */
  get isSaid(): boolean {
    return this.#digits.length === places;
  }

  hearSound(at: number): void {
    this.#sound.push(at);
  }

  hearTone({ place, digit }: Tone, end: number): void {
    this.#digits[place] = digit;
    this.#toneEnd = end;
  }

  /** Whether a tone can be of this word: no place behind it has been heard, and no other digit of its own. */
  canHave({ place, digit }: Tone): boolean {
    const { length } = this.#digits;
    return length <= place || (length === place + 1 && this.#digits[place] === digit);
  }

  /** The next word, which is heard as a tone since then; it begins where the sound does that this tone is in. */
  cutAt(since: number): HeardWord {
    let first = this.#sound.findIndex((at) => at >= since);
    const isOfIt = (at = 0, next = 0): boolean => at === next - step && at >= this.#toneEnd;
    while (isOfIt(this.#sound[first - 1], this.#sound[first])) first -= 1;
    return new HeardWord(this.#sound.splice(first));
  }

  understood(takesTorn: boolean): UnderstoodWord {
    const sound = this.#sound.length * step;
    const isRight = takesTorn
      ? sound <= mostSound
      : [sound, this.end - this.start].every((length) => Math.abs(length - wordSize) <= exactness);
    const digits = this.#digits.filter((digit) => digit !== undefined);
    return {
      text: isRight && digits.length === places ? wordOfDigits(digits) : brokenWord,
      start: milliseconds(this.start),
      end: milliseconds(this.end),
    };
  }
}

/** The tone that all of this is. Of a tone each sample is to the sum of its two neighbours as its frequency says. */
function toneOf(samples: Int16Array): Tone | undefined {
  let [product, square] = [0, 0];
  for (let index = 1; index < samples.length - 1; index++) {
    const sample = samples[index] ?? 0;
    product += sample * ((samples[index - 1] ?? 0) + (samples[index + 1] ?? 0));
    square += sample ** 2;
  }
  const tone = toneNear((Math.acos(product / (2 * square)) * sampleRate) / (2 * Math.PI));
  return tone && goertzel(samples, frequencyOf(tone)) > 0.75 ? tone : undefined;
}

function milliseconds(samples: number): number {
  return (samples * 1_000) / sampleRate;
}
