import { goertzel, loudness, sampleRate, tone } from './tones.ts';

/**
 * Speech that a server can understand to the last word: word `n` of 1 728 is three tones of 80 ms, one after the other, and no two words are
 * alike, so a lost word, one that is told twice, and half a word are all seen.
 */
const frequencies = Array.from({ length: 12 }, (_, index) => 500 + 200 * index);
const toneSize = 0.08 * sampleRate;
const wordSize = 3 * toneSize;
/** Between words, and behind a sentence, in samples. */
const wordPause = 0.12 * sampleRate;
const sentencePause = 0.6 * sampleRate;
/** So much silence ends a sentence. */
const endsSentence = 0.4 * sampleRate;
/** Loudness is measured over so many samples. */
const step = 40;

/** What a server makes of a word of which it has not heard all. */
export const brokenWord = 'krrk';

export function wordOf(number: number): string {
  return `w${number}`;
}

/** Words as they are said in one breath, with a pause behind them. */
export function sayNumbers(...numbers: readonly number[]): Int16Array {
  const words = numbers.flatMap((number) => [...word(number), new Int16Array(wordPause)]);
  return joined([...words, new Int16Array(sentencePause - wordPause)]);
}

function word(number: number): Int16Array[] {
  const digits = [Math.floor(number / 144), Math.floor(number / 12) % 12, number % 12];
  return digits.map((digit) => tone(frequencies[digit] ?? 0, toneSize));
}

export function joined(parts: readonly Int16Array[]): Int16Array {
  const all = new Int16Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

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

/** Understands spoken numbers as they come, as a provider does: a sentence grows word by word, and is final when there is a pause. */
export class NumberListener {
  #rest = new Int16Array();
  /** Samples that were looked at. */
  #at = 0;
  /** The word that is being said, and where it began. */
  #sound: Int16Array[] = [];
  #words: UnderstoodWord[] = [];
  #silentSince = 0;

  /** Milliseconds of audio. */
  get heard(): number {
    return ((this.#at + this.#rest.length) * 1_000) / sampleRate;
  }

  hear(samples: Int16Array): Understood[] {
    const all = joined([this.#rest, samples]);
    const news: Understood[] = [];
    let from = 0;
    for (; from + step <= all.length; from += step) this.#look(all.slice(from, from + step), news);
    this.#rest = all.slice(from);
    return news;
  }

  /** There is no more audio. */
  end(): Understood[] {
    const news: Understood[] = [];
    this.#endWord();
    this.#endSentence(news);
    return news;
  }

  #look(part: Int16Array, news: Understood[]): void {
    const isSound = loudness(part) > 1_000;
    this.#at += step;
    if (isSound) {
      this.#sound.push(part);
      return;
    }
    if (this.#sound.length > 0) {
      this.#silentSince = this.#at - step;
      this.#endWord();
      news.push({ words: [...this.#words], isFinal: false, end: milliseconds(this.#at) });
    }
    if (this.#at - this.#silentSince >= endsSentence) this.#endSentence(news);
  }

  #endWord(): void {
    if (this.#sound.length === 0) return;
    const sound = joined(this.#sound);
    this.#sound = [];
    const end = this.#silentSince > this.#at - sound.length ? this.#silentSince : this.#at;
    this.#words.push({
      text: understand(sound),
      start: milliseconds(end - sound.length),
      end: milliseconds(end),
    });
  }

  #endSentence(news: Understood[]): void {
    if (this.#words.length === 0) return;
    news.push({ words: this.#words, isFinal: true, end: this.#words.at(-1)?.end ?? 0 });
    this.#words = [];
  }
}

/** The parts of sound it is measured in begin and end anywhere in it. */
function understand(sound: Int16Array): string {
  if (Math.abs(sound.length - wordSize) > 2 * step) return brokenWord;
  const digits = [0, 1, 2].map((index) => {
    const middle = sound.subarray(index * toneSize + step, (index + 1) * toneSize - step);
    return frequencies.findIndex((frequency) => goertzel(middle, frequency) > 0.7);
  });
  if (digits.includes(-1)) return brokenWord;
  return wordOf(digits.reduce((sum, digit) => 12 * sum + digit, 0));
}

function milliseconds(samples: number): number {
  return (samples * 1_000) / sampleRate;
}

/** Somebody who speaks for so many milliseconds: sentences of three to five words, no word twice. */
export function longSpeech(length: number): {
  readonly samples: Int16Array;
  readonly words: readonly string[];
} {
  const sentences: Int16Array[] = [];
  const words: string[] = [];
  for (let samples = 0, turn = 0; samples < (length * sampleRate) / 1_000; turn++) {
    const numbers = Array.from({ length: 3 + (turn % 3) }, (_, index) => words.length + index);
    const sentence = sayNumbers(...numbers);
    sentences.push(sentence);
    words.push(...numbers.map(wordOf));
    samples += sentence.length;
  }
  return { samples: joined(sentences), words };
}
