import { describe, expect, test } from 'vitest';
import { inRoom, widened } from '../../../../src/hearing/local/wide-band.ts';
import { loudness, tone } from '../../../support/tones.ts';

describe('telephone audio made wide', () => {
  test.each([200, 1_000, 2_000, 3_000, 3_400])(
    'is the same tone of %i Hz, twice as many samples',
    (frequency) => {
      const wide = widened(tone(frequency, 1_600, { amplitude: 8_000 }));
      expect(wide).toHaveLength(3_200);
      // At its ends there is nothing around.
      const error = wide.subarray(64, -64).map((sample, index) => {
        const time = (index + 64) / 16_000;
        return sample - Math.round(8_000 * Math.sin(2 * Math.PI * frequency * time));
      });
      expect(loudness(error)).toBeLessThan(frequency > 3_000 ? 400 : 100);
    },
  );

  test('does not wrap around where it is as loud as can be', () => {
    expect(Math.min(...widened(new Int16Array(400).fill(32_767)).subarray(64, -64))).toBeGreaterThan(30_000);
  });
});

describe('a room', () => {
  test('has a faint noise where there was silence, the same each time', () => {
    const noise = inRoom(new Int16Array(8_000));
    expect(loudness(noise)).toBeGreaterThan(40);
    expect(loudness(noise)).toBeLessThan(80);
    expect(inRoom(new Int16Array(8_000))).toEqual(noise);
  });

  test('is no louder than loud', () => {
    expect(Math.min(...inRoom(new Int16Array(400).fill(32_767)))).toBeGreaterThan(32_600);
  });
});
