import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Speech, VoiceDetector, type VoiceOptions } from '../../../src/hearing/voice-detector.ts';
import { decode, encode } from '../../support/g711.ts';
import { sequence } from '../../support/greetings.ts';
import { mixed, whiteNoise } from '../../support/noise.ts';
import { sampleRate, tone } from '../../support/tones.ts';

const perMs = sampleRate / 1_000;

/** Where somebody speaks in it, by one who hears it in pieces of `size` samples, and when that was known. */
function heardIn(audio: Int16Array, options: VoiceOptions & { size?: number } = {}) {
  const began: { start: number; at: number }[] = [];
  const ended: (Speech & { at: number })[] = [];
  let at = 0;
  const listener = {
    onBegan: (start: number) => began.push({ start, at: at / perMs }),
    onEnded: (speech: Speech) => ended.push({ ...speech, at: at / perMs }),
  };
  const detector = new VoiceDetector(listener, options);
  const { size = 160 } = options;
  while (at < audio.length) {
    const piece = audio.subarray(at, at + size);
    at += piece.length;
    detector.hear(piece);
  }
  const wasSpeaking = detector.isSpeaking;
  detector.end();
  return { began, ended, wasSpeaking };
}

/** A word of `length` milliseconds: a voice that swells and falls, with some breath in it. */
function word(length: number, amplitude = 6_000): Int16Array {
  const count = length * perMs;
  const voice = mixed(
    tone([140, 700, 1_220], count, { amplitude: amplitude / 3 }),
    whiteNoise(count, amplitude / 20),
  );
  return voice.map((sample, index) => Math.round(sample * (0.3 + 0.7 * Math.sin((Math.PI * index) / count))));
}

/** As it comes over the telephone, with the noise of a line. */
function onLine(audio: Int16Array, noise: number): Int16Array {
  return decode('ulaw', encode('ulaw', mixed(audio, whiteNoise(audio.length, noise, 7))));
}

describe('a voice', () => {
  test.each([0, 15, 60, 250])('is found where it is, on a line with noise of %i', (noise) => {
    const audio = sequence(2_000, word(400), 150, word(300), 1_500, word(600), 1_200);
    const { began, ended } = heardIn(onLine(audio, noise));
    expect(ended).toHaveLength(2);
    const places = [
      [2_000, 2_850],
      [4_350, 4_950],
    ];
    for (const [index, [start = 0, end = 0]] of places.entries()) {
      expect(Math.abs((ended[index]?.start ?? 0) - start)).toBeLessThanOrEqual(80);
      expect(Math.abs((ended[index]?.end ?? 0) - end)).toBeLessThanOrEqual(80);
      expect(began[index]?.start).toBe(ended[index]?.start);
    }
  });

  test('is known soon after it begins, and to be over after the silence', () => {
    const audio = onLine(sequence(1_000, word(500), 1_500), 30);
    const { began, ended } = heardIn(audio, { silence: 400 });
    expect((began[0]?.at ?? 0) - 1_000).toBeLessThanOrEqual(200);
    expect((ended[0]?.at ?? 0) - (ended[0]?.end ?? 0)).toBe(400);
  });

  test('is found at the very beginning', () => {
    const { ended } = heardIn(onLine(sequence(word(500), 1_000), 20));
    expect(ended).toHaveLength(1);
    expect(ended[0]?.start).toBeLessThanOrEqual(80);
  });

  test('that is faint is found on a quiet line', () => {
    const { ended } = heardIn(onLine(sequence(1_000, word(500, 1_200), 1_000), 10));
    expect(ended).toHaveLength(1);
  });

  test('whose word has a stop in it is one voice', () => {
    const audio = sequence(1_000, word(60), 40, word(60), 40, word(200), 1_000);
    expect(heardIn(onLine(audio, 20)).ended).toHaveLength(1);
  });

  test('that goes on when the audio ends is over with it', () => {
    const { ended, wasSpeaking } = heardIn(onLine(sequence(500, word(600)), 20));
    expect(wasSpeaking).toBe(true);
    expect(ended).toHaveLength(1);
  });

  test('is the same in pieces of any size', () => {
    const audio = onLine(sequence(700, word(350), 900, word(250), 1_000), 40);
    const places = (size: number) => heardIn(audio, { size }).ended.map(({ start, end }) => ({ start, end }));
    const whole = places(160);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4_000 }), (size) => {
        expect(places(size)).toEqual(whole);
      }),
      { numRuns: 30 },
    );
  });
});

describe('no voice', () => {
  test.each([
    ['digital silence', () => new Int16Array(10 * sampleRate)],
    ['the noise of a line', () => onLine(new Int16Array(10 * sampleRate), 100)],
    ['an offset', () => new Int16Array(10 * sampleRate).fill(4_000)],
    ['the hum of mains', () => tone(50, 10 * sampleRate, { amplitude: 300 })],
    ['clicks', () => sequence(...Array.from({ length: 10 }, () => [word(40), 500]).flat())],
    [
      'a line that is switched on and off',
      () => sequence(1_000, whiteNoise(4_000, 40), 1_000, whiteNoise(8_000, 40)),
    ],
  ])('is %s', (_, audio) => {
    expect(heardIn(audio()).began).toEqual([]);
  });

  test('is noise that begins and stays: it is taken for one for a few seconds, and then no more', () => {
    const audio = mixed(
      sequence(2_000, whiteNoise(20 * sampleRate, 900)),
      sequence(15_000, word(500, 20_000), 6_500),
    );
    const { ended } = heardIn(audio);
    expect(ended[0]?.end).toBeLessThan(6_500);
    expect(ended).toHaveLength(2);
    expect(Math.abs((ended[1]?.start ?? 0) - 15_000)).toBeLessThanOrEqual(100);
  });
});

describe('one who speaks on and on', () => {
  /** Words with pauses of 100 ms, for so many seconds. */
  const speech = (seconds: number) =>
    onLine(sequence(1_000, ...Array.from({ length: seconds * 2 }, () => [word(400), 100]).flat(), 1_000), 20);

  test('is cut, with nothing between the parts', () => {
    const { began, ended } = heardIn(speech(20), { longest: 5_000 });
    expect(ended.length).toBeGreaterThanOrEqual(4);
    for (const { start, end } of ended) expect(end - start).toBeLessThanOrEqual(5_000);
    for (const [index, { end }] of ended.slice(0, -1).entries())
      expect((ended[index + 1]?.start ?? 0) - end).toBeLessThanOrEqual(100);
    expect(began.map(({ start }) => start)).toEqual(ended.map(({ start }) => start));
  });

  test('is cut at a shorter pause once he has said much', () => {
    const sentence = Array.from({ length: 8 }, () => [word(400), 100]).flat();
    const audio = onLine(sequence(1_000, ...sentence, 400, ...sentence, 1_000), 20);
    const { ended } = heardIn(audio, { longest: 6_000, silence: 700 });
    expect(ended).toHaveLength(2);
    expect(Math.abs((ended[1]?.start ?? 0) - (1_000 + 8 * 500 + 400))).toBeLessThanOrEqual(80);
  });
});
