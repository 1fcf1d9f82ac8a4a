import { describe, expect, test } from 'vitest';
import { randomOf } from '../../../src/simulator/seeded.ts';
import { decode, encode } from '../../support/g711.ts';
import {
  NumberListener,
  type NumberListenerOptions,
  type Understood,
} from '../../support/number-listener.ts';
import { anyOf } from '../../support/random.ts';
import { joined, longSpeech, sayNumbers, wordOf } from '../../support/spoken-numbers.ts';
import { frameSize, sampleRate, tone } from '../../support/tones.ts';

const torn = { takesTorn: true };
const silence = (ms: number): Int16Array => new Int16Array((ms * sampleRate) / 1_000);
const whole = sayNumbers(1_234).subarray(0, 0.24 * sampleRate);
/** A piece of the word, in milliseconds of it. */
const piece = (from: number, to: number): Int16Array => whole.subarray(from * 8, to * 8);

/** What comes of audio that comes 20 ms at a time. */
function heard(samples: Int16Array, options: NumberListenerOptions = {}): Understood[] {
  const listener = new NumberListener(options);
  const news: Understood[] = [];
  for (let at = 0; at < samples.length; at += frameSize)
    news.push(...listener.hear(samples.subarray(at, at + frameSize)));
  return [...news, ...listener.end()];
}

const sentencesOf = (news: readonly Understood[]): string[] =>
  news.filter(({ isFinal }) => isFinal).map(({ words }) => words.map(({ text }) => text).join(' '));
const wordsOf = (samples: Int16Array, options: NumberListenerOptions = {}): string[] =>
  sentencesOf(heard(samples, options)).flatMap((sentence) => sentence.split(' '));

/** As it comes from a machine that is busy: one packet in 15 is lost, and before one in 20 there are 20 … 120 ms of silence. */
function tear(samples: Int16Array, seed: number): Int16Array {
  const random = randomOf(seed);
  const packets: Int16Array[] = [];
  for (let at = Math.floor(random() * frameSize) - frameSize; at < samples.length; at += frameSize) {
    if (random() < 1 / 20) packets.push(silence(20 * anyOf(random, [1, 2, 3, 4, 5, 6])));
    if (random() >= 1 / 15) packets.push(samples.subarray(Math.max(0, at), at + frameSize));
  }
  return decode('ulaw', encode('ulaw', joined(packets)));
}

describe('a listener', () => {
  test('understands every word there is', () => {
    const sentences = Array.from({ length: 144 }, (_, sentence) =>
      Array.from({ length: 12 }, (_, index) => 12 * sentence + index),
    );
    const samples = joined(sentences.map((numbers) => sayNumbers(...numbers)));
    for (const options of [{}, torn]) expect(wordsOf(samples, options)).toEqual(sentences.flat().map(wordOf));
  });

  test('tells a sentence word by word, each where it was', () => {
    const news = heard(joined([silence(1_000), sayNumbers(1, 2), silence(1_003), sayNumbers(3)]), torn);
    expect(news.map(({ words }) => words.map(({ text }) => text).join(' '))).toEqual([
      'w1',
      'w1 w2',
      'w1 w2',
      'w3',
      'w3',
    ]);
    expect(news.map(({ isFinal }) => isFinal)).toEqual([false, false, true, false, true]);
    const times = [news[2], news[4]].flatMap((each) => each?.words.flatMap(({ start, end }) => [start, end]));
    for (const [index, time] of [1_000, 1_240, 1_360, 1_600, 3_203, 3_443].entries())
      expect(Math.abs((times[index] ?? 0) - time)).toBeLessThanOrEqual(5);
    // It is told of a word as soon as that is over, of a sentence when there has been a pause.
    for (const [index, time] of [1_240, 1_600, 1_600, 3_443].entries())
      expect(Math.abs((news[index]?.end ?? 0) - time)).toBeLessThanOrEqual(10);
  });

  test('is told of a sentence 400 ms behind it', () => {
    const listener = new NumberListener(torn);
    const said = sayNumbers(4);
    expect(listener.hear(said.subarray(0, 8 * (240 + 390))).map(({ isFinal }) => isFinal)).toEqual([false]);
    expect(listener.hear(silence(20)).map(({ isFinal }) => isFinal)).toEqual([true]);
  });
});

describe('of a machine that is busy', () => {
  test.each([1, 2, 3, 4])('every word is understood, however it is torn (%i)', (seed) => {
    const { samples, words } = longSpeech(120_000);
    expect(wordsOf(tear(samples, seed), torn)).toEqual(words);
  });

  test('a listener who wants all of it hears every tear', () => {
    const { samples, words } = longSpeech(120_000);
    const understood = wordsOf(tear(samples, 1)).filter((word) => word !== 'krrk');
    expect(understood.length).toBeLessThan((2 * words.length) / 3);
  });

  test.each([
    ['a gap in a tone', [piece(0, 40), silence(120), piece(40, 240)]],
    ['the longest gap', [piece(0, 110), silence(240), piece(110, 240)]],
    ['gaps everywhere', [piece(0, 80), silence(200), piece(80, 160), silence(200), piece(160, 240)]],
    ['a gap in what is said already', [piece(0, 200), silence(120), piece(200, 240)]],
    ['30 ms of each tone', [piece(0, 30), piece(80, 110), piece(210, 240)]],
    [
      '30 ms of each tone, in bits',
      [piece(10, 30), silence(60), piece(60, 70), piece(100, 130), piece(210, 240)],
    ],
  ])('%s is heard by one only', (_, pieces) => {
    const samples = joined([...pieces, silence(500)]);
    expect(sentencesOf(heard(samples, torn))).toEqual(['w1234']);
    expect(wordsOf(samples)).not.toContain('w1234');
  });
});

describe.each([
  ['a listener who takes torn words', torn],
  ['one who does not', {}],
])('%s', (_, options) => {
  const pause = silence(120);
  const next = sayNumbers(7);

  test.each<[string, readonly Int16Array[], string]>([
    ['a word that is lost', [whole, pause, next], 'w1234 w7'],
    ['a word that is told twice', [whole, pause, whole, pause, next], 'w1234 w1234 w7'],
    ['a word whose first tone is lost', [piece(80, 240), pause, next], 'krrk w7'],
    ['a word whose second tone is lost', [piece(0, 80), piece(160, 240), pause, next], 'krrk w7'],
    ['a word whose last tone is lost', [piece(0, 160), pause, next], 'krrk w7'],
    ['a word of which all but its last tone is lost', [piece(160, 240), pause, next], 'krrk w7'],
    ['a word that breaks off', [next, whole.subarray(0, 8 * 140)], 'w7 krrk'],
    ['the end of a word that is told twice', [whole, piece(80, 240), pause, next], 'w1234 krrk w7'],
    ['a tone that is told twice', [piece(0, 80), piece(0, 240), pause, next], 'krrk w7'],
    ['tones in another order', [piece(80, 160), piece(0, 80), piece(160, 240), pause, next], 'krrk krrk w7'],
    ['two halves of two words', [piece(0, 80), sayNumbers(7).subarray(8 * 80)], 'w1159'],
    ['a sound that is no word', [tone(1_000, 1_600), silence(300), next], 'krrk w7'],
    ['a sound of two tones', [tone([440, 1_000], 1_600), silence(300), next], 'krrk w7'],
  ])('notices %s', (_, pieces, text) => {
    expect(wordsOf(joined([sayNumbers(3), ...pieces, silence(500)]), options).join(' ')).toBe(`w3 ${text}`);
  });

  test('hears nothing in silence, nor in the noise of a line', () => {
    expect(heard(joined([silence(1_000), tone(50, 16_000, { amplitude: 150 })]), options)).toEqual([]);
  });
});
