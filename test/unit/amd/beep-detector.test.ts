import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BeepDetector } from '../../../src/amd/beep-detector.ts';
import { decode, encode } from '../../support/g711.ts';
import { sequence } from '../../support/greetings.ts';
import { sampleRate, tone } from '../../support/tones.ts';

const perMs = sampleRate / 1_000;

/** When beeps were heard to their end, in milliseconds of the audio, which comes in pieces of `size` samples. */
function beepsIn(audio: Int16Array, size = 160): number[] {
  const detector = new BeepDetector();
  const beeps: number[] = [];
  for (let at = 0; at < audio.length; at += size) {
    const end = Math.min(audio.length, at + size);
    if (detector.hear(audio.subarray(at, end))) beeps.push(end / perMs);
  }
  return beeps;
}

/** As it comes over the telephone. */
function coded(audio: Int16Array): Int16Array {
  return decode('ulaw', encode('ulaw', audio));
}

/** The same every time, and like nothing: -1 … 1. */
function noiseOf(seed: number): () => number {
  let state = seed * 2_654_435_761 + 1;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 31 - 1;
  };
}

function noise(count: number, amplitude: number, seed: number): Int16Array {
  const next = noiseOf(seed);
  return Int16Array.from({ length: count }, () => next() * amplitude);
}

function mixed(one: Int16Array, other: Int16Array): Int16Array {
  return one.map((sample, index) => sample + (other[index] ?? 0));
}

describe('a beep', () => {
  test('of 400 to 2 000 Hz and 150 ms or more is heard, soft or loud, wherever it begins, in any pieces', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 400, max: 2_000 }),
        fc.integer({ min: 150, max: 2_000 }),
        fc.integer({ min: 400, max: 30_000 }),
        fc.integer({ min: 0, max: 400 }),
        fc.integer({ min: 1, max: 480 }),
        (frequency, length, amplitude, before, size) => {
          const sound = tone(frequency, length * perMs, { amplitude });
          const audio = coded(sequence(before, sound, 300));
          const beeps = beepsIn(audio, size);
          const end = before + length;
          expect(beeps).toHaveLength(1);
          expect(beeps[0]).toBeGreaterThanOrEqual(end);
          expect(beeps[0]).toBeLessThanOrEqual(end + 60 + size / perMs);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('is heard on a noisy line', () => {
    fc.assert(
      fc.property(fc.integer({ min: 400, max: 2_000 }), fc.nat(1_000), (frequency, seed) => {
        const sound = sequence(500, tone(frequency, 300 * perMs, { amplitude: 8_000 }), 500);
        // 15 dB below the tone.
        const audio = coded(mixed(sound, noise(sound.length, 1_700, seed)));
        expect(beepsIn(audio)).toHaveLength(1);
      }),
      { numRuns: 50 },
    );
  });

  test('with a packet lost in it is still one', () => {
    const sound = tone(1_000, 400 * perMs);
    sound.fill(0, 1_600, 1_760);
    expect(beepsIn(sequence(200, sound, 300))).toHaveLength(1);
  });

  test('after a beep is another one', () => {
    const beep = tone(1_000, 200 * perMs);
    expect(beepsIn(sequence(100, beep, 200, beep, 200))).toHaveLength(2);
  });

  test('that glides into another tone has ended', () => {
    expect(beepsIn(sequence(tone(800, 300 * perMs), tone(1_200, 60 * perMs), 200))).toHaveLength(1);
  });

  test('that has not ended is none yet', () => {
    expect(beepsIn(sequence(100, tone(1_000, 5_000 * perMs)))).toEqual([]);
  });
});

describe('no beep', () => {
  test.each([
    ['silence', sequence(2_000)],
    ['a click', sequence(500, tone(1_000, 20 * perMs), 500)],
    ['a tone of 90 ms', sequence(500, tone(1_000, 90 * perMs), 500)],
    ['a tone that is hardly there', sequence(500, tone(1_000, 500 * perMs, { amplitude: 100 }), 500)],
    ['a digit', sequence(500, tone([770, 1_336], 500 * perMs), 500)],
    ['the hum of the mains', sequence(500, tone(100, 500 * perMs), 500)],
    ['a dial tone of two tones', sequence(500, tone([350, 440], 2_000 * perMs), 500)],
    ['a modem', sequence(500, tone(2_100, 1_000 * perMs), 500)],
  ])('is %s', (_, audio) => {
    expect(beepsIn(coded(audio))).toEqual([]);
  });

  test('is noise', () => {
    fc.assert(
      fc.property(fc.nat(), (seed) => {
        expect(beepsIn(noise(4 * sampleRate, 20_000, seed))).toEqual([]);
      }),
      { numRuns: 10 },
    );
  });

  test('is a siren', () => {
    const siren = Int16Array.from(
      { length: 4 * sampleRate },
      (_, at) => 8_000 * Math.sin((2 * Math.PI * at * (400 + at / 40)) / sampleRate),
    );
    expect(beepsIn(siren)).toEqual([]);
  });

  test('is a voice that sings one note: a buzz through two formants', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 80, max: 300 }),
        fc.integer({ min: 250, max: 850 }),
        fc.integer({ min: 900, max: 2_500 }),
        (pitch, first, second) => {
          const voice = new Int16Array(sampleRate);
          for (let harmonic = 1; harmonic * pitch < 3_400; harmonic++) {
            const frequency = harmonic * pitch;
            const gain = resonance(frequency, first) + resonance(frequency, second) / 2;
            const part = tone(frequency, voice.length, { amplitude: (8_000 * gain) / harmonic });
            for (let at = 0; at < voice.length; at++) voice[at] = (voice[at] ?? 0) + (part[at] ?? 0);
          }
          expect(beepsIn(sequence(voice, 200))).toEqual([]);
        },
      ),
      { numRuns: 40 },
    );
  });
});

/** How much of a frequency a formant of 100 Hz lets through. */
function resonance(frequency: number, formant: number): number {
  return 1 / Math.sqrt(1 + ((frequency - formant) / 50) ** 2);
}
