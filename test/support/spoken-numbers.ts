import { sampleRate, tone } from './tones.ts';

/**
 * Speech that a server can understand to the last word: word `n` of 1 728 is three tones of 80 ms, one after the other. Each of the three
 * places has twelve tones of its own, so that it is known of every piece of a word what piece it is: no two words are alike, and a lost
 * word, one that is told twice, and half a word are all seen, however the pieces are torn.
 */
export const places = 3;
const digits = 12;
const toneSize = 0.08 * sampleRate;
export const wordSize = places * toneSize;
/** Between words, and behind a sentence, in samples. */
const wordPause = 0.12 * sampleRate;
const sentencePause = 0.6 * sampleRate;

/** The tones of telephone audio, 80 Hz apart: 10 ms tell one from the next. Those of one place are three apart. */
const [lowest, spacing] = [440, 80];

/** Of a digit in a place, in Hz. */
export function frequencyOf({ place, digit }: Tone): number {
  return lowest + spacing * (places * digit + place);
}

export interface Tone {
  readonly place: number;
  readonly digit: number;
}

/** What is nearest to a frequency; `undefined` where that is far from all. */
export function toneNear(frequency: number): Tone | undefined {
  const index = Math.round((frequency - lowest) / spacing);
  if (!(index >= 0 && index < places * digits)) return undefined;
  return { place: index % places, digit: Math.floor(index / places) };
}

export function wordOf(number: number): string {
  return `w${number}`;
}

/** The word of its digits. */
export function wordOfDigits(all: readonly number[]): string {
  return wordOf(all.reduce((sum, digit) => digits * sum + digit, 0));
}

/** Words as they are said in one breath, with a pause behind them. */
export function sayNumbers(...numbers: readonly number[]): Int16Array {
  const words = numbers.flatMap((number) => [word(number), new Int16Array(wordPause)]);
  return joined([...words, new Int16Array(sentencePause - wordPause)]);
}

function word(number: number): Int16Array {
  const all = [Math.floor(number / digits ** 2), Math.floor(number / digits) % digits, number % digits];
  return joined(all.map((digit, place) => tone(frequencyOf({ place, digit }), toneSize)));
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
