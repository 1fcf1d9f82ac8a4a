import { expect, test } from 'vitest';
import { KeptAudio } from '../../../src/hearing/kept-audio.ts';

const counted = (from: number, count: number): Int16Array =>
  Int16Array.from({ length: count }, (_, index) => (from + index) % 32_768);

const between = (kept: KeptAudio, from: number, to: number): number[] =>
  [...kept.between(from, to)].flatMap((part) => [...part]);

test('audio is kept as it was written, whatever the lengths', () => {
  const kept = new KeptAudio();
  let end = 0;
  for (const length of [1, 160, 3_999, 4_000, 4_001, 0, 20_000, 7]) {
    const samples = counted(end, length);
    kept.append(samples);
    samples.fill(-1);
    end += length;
  }
  expect([kept.start, kept.end]).toEqual([0, end]);
  expect(between(kept, 0, end)).toEqual([...counted(0, end)]);
  expect(between(kept, 3_998, 4_003)).toEqual([3_998, 3_999, 4_000, 4_001, 4_002]);
  expect(between(kept, end - 1, end + 100)).toEqual([end - 1]);
  expect(between(kept, end, end + 100)).toEqual([]);
});

test('what is dropped is gone, and the places of the rest stay', () => {
  const kept = new KeptAudio();
  kept.append(counted(0, 10_000));
  kept.dropBefore(4_500);
  kept.dropBefore(4_200);
  expect([kept.start, kept.end]).toEqual([4_500, 10_000]);
  expect(between(kept, 0, 4_502)).toEqual([4_500, 4_501]);
  kept.append(counted(10_000, 5_000));
  expect(between(kept, 9_998, 10_002)).toEqual([9_998, 9_999, 10_000, 10_001]);
});

test('all of it may be dropped, and more come', () => {
  const kept = new KeptAudio();
  for (const length of [8_000, 8_100]) {
    const before = kept.end;
    kept.append(counted(before, length));
    kept.dropBefore(Infinity);
    expect([kept.start, kept.end]).toEqual([before + length, before + length]);
    expect(between(kept, 0, Infinity)).toEqual([]);
  }
  kept.append(counted(16_100, 10));
  expect(between(kept, 0, Infinity)).toEqual([...counted(16_100, 10)]);
});
