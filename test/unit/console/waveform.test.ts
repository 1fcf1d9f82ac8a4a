import { expect, test } from 'vitest';
import { never } from '../../../src/console/lib/format.ts';
import type { TimelineEvent } from '../../../src/console/lib/timeline.ts';
import { isWhole, pathOf, waveOf } from '../../../src/console/lib/waveform.ts';

test('a recording is as loud as the louder of its channels, by its loudest moment; quiet is quiet', () => {
  expect(waveOf([[0, -0.5, 0.1, 0.2]])).toEqual([0, 1, 0.2, 0.4]);
  expect(
    waveOf([
      [0.1, 0.2],
      [-0.4, 0],
    ]),
  ).toEqual([1, 0.5]);
  expect(waveOf([[0.025, 0]])).toEqual([0.5, 0]);
  expect(waveOf([])).toEqual([]);
});

test('it is drawn from its beginning to its end, around the middle, and silence as a line', () => {
  expect(pathOf([1, 0.5, 0])).toBe('M0.5 0.000V2.000M1.5 0.500V1.500M2.5 0.980V1.020');
});

test('it has its place on the axis where it is as long as it lasted, and was not paused', () => {
  const event = (tm_end: string, duration: unknown): TimelineEvent => ({
    ...{ tm: '2022-04-11 00:23:50.000000', tm_end, type: 'recording', what: 'done', id: 'r', step: 0 },
    data: { duration },
  });
  const end = '2022-04-11 00:24:00.000000';
  expect(isWhole(event(end, 9_700))).toBe(true);
  expect(isWhole(event(end, 6_000))).toBe(false);
  expect(isWhole(event(end, undefined))).toBe(false);
  expect(isWhole(event(never, 9_700))).toBe(false);
});
