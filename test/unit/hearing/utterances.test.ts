import { describe, expect, test } from 'vitest';
import { type Utterance, Utterances } from '../../../src/hearing/utterances.ts';
import type { VoiceOptions } from '../../../src/hearing/voice-detector.ts';
import { sequence } from '../../support/greetings.ts';
import { sayNumbers } from '../../support/spoken-numbers.ts';
import { tone } from '../../support/tones.ts';
import { wordsIn } from '../../support/transcription-server.ts';

function utterancesIn(audio: Int16Array, options: VoiceOptions & { size?: number } = {}): Utterance[] {
  const cut: Utterance[] = [];
  const utterances = new Utterances((utterance) => cut.push(utterance), options);
  const { size = 160 } = options;
  const buffer = new Int16Array(size);
  for (let at = 0; at < audio.length; at += size) {
    const piece = audio.subarray(at, at + size);
    buffer.set(piece);
    utterances.hear(buffer.subarray(0, piece.length));
    buffer.fill(0); // they are the caller's own again
  }
  utterances.end();
  return cut;
}

describe('utterances', () => {
  const audio = sequence(1_500, sayNumbers(1, 2), 1_200, sayNumbers(3), 1_000, sayNumbers(4));

  test.each([1, 160, 333, 100_000])('have all that was said in them, in pieces of %i samples', (size) => {
    const cut = utterancesIn(audio, { size });
    expect(cut.map(({ samples }) => wordsIn(samples))).toEqual([['w1', 'w2'], ['w3'], ['w4']]);
  });

  test('say where they were, and have a little of what was around them', () => {
    const [first, second] = utterancesIn(audio);
    expect(Math.abs((first?.start ?? 0) - 1_500)).toBeLessThanOrEqual(20);
    expect(Math.abs((second?.start ?? 0) - 3_900)).toBeLessThanOrEqual(20);
    expect(Math.abs((first?.samples.length ?? 0) / 8 - (600 + 300 + 200))).toBeLessThanOrEqual(40);
  });

  test('of one who does not stop are parts, and no sample is in two of them or in none', () => {
    const long = sequence(
      500,
      ...Array.from({ length: 60 }, (_, index) => [tone(500 + 30 * index, 2_400), 60]).flat(),
      1_500,
    );
    const cut = utterancesIn(long, { longest: 4_000 });
    expect(cut.length).toBeGreaterThan(4);
    const said = cut.reduce((sum, { samples }) => sum + samples.length, 0);
    expect(Math.abs(said - (60 * 360 + 300 + 200) * 8)).toBeLessThan(200 * 8);
    const loud = (samples: Int16Array) => samples.reduce((sum, sample) => sum + Math.abs(sample), 0);
    expect(cut.reduce((sum, { samples }) => sum + loud(samples), 0)).toBe(loud(long));
  });

  test('end with the audio', () => {
    expect(utterancesIn(sequence(500, sayNumbers(5))).map(({ samples }) => wordsIn(samples))).toEqual([
      ['w5'],
    ]);
  });
});
