import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type WavMix, writeWav } from '../../../src/recordings/wav-mix.ts';
import { mixToWav } from '../../../src/recordings/wav-thread.ts';
import { readWav } from '../../support/wav.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ariflow-wav-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;

/** A file of Asterisk's. */
function raw(samples: readonly number[], delay = 0, more: object = {}): WavMix['segments'][number][number] {
  const path = join(folder, `${++files}.sln`);
  writeFileSync(path, Buffer.from(Int16Array.from(samples).buffer));
  return { path, delay, length: undefined, isSparse: false, ...more };
}

function mixed(...segments: WavMix['segments']): { samples: number; channels: number[][] } {
  const target = join(folder, 'out.wav');
  const samples = writeWav({ segments, channels: segments[0]?.length ?? 2, target });
  const { rate, channels } = readWav(readFileSync(target));
  expect(rate).toBe(8_000);
  return { samples, channels: channels.map((channel) => [...channel]) };
}

describe('a WAV', () => {
  test('has each file in its channel, the later one later, silence where one ends before', () => {
    expect(mixed([raw([1, 2, 3, 4]), raw([5, 6], 1)])).toEqual({
      samples: 4,
      channels: [
        [1, 2, 3, 4],
        [0, 5, 6, 0],
      ],
    });
    expect(mixed([raw([1], 2), raw([5, 6])]).channels).toEqual([
      [0, 0, 1],
      [5, 6, 0],
    ]);
  });

  test('has its segments one after the other, each in step by itself', () => {
    expect(mixed([raw([1, 2]), raw([5], 1)], [raw([3], 1), raw([6, 7])]).channels).toEqual([
      [1, 2, 0, 3],
      [0, 5, 6, 7],
    ]);
  });

  test('has no more than is wanted, whatever was recorded', () => {
    const target = join(folder, 'out.wav');
    const lengthOf = (most: number): number => {
      const segments = [[raw([1, 2])], [raw([3, 4, 5])], [raw([6])]];
      const samples = writeWav({ segments, channels: 1, target, most });
      expect(readWav(readFileSync(target)).channels[0]).toHaveLength(samples);
      return samples;
    };
    expect([1, 2, 4, 5, 6, 100].map(lengthOf)).toEqual([1, 2, 4, 5, 6, 6]);
  });

  test('can be of one channel, and of nothing at all', () => {
    expect(mixed([raw([1, 2])], [raw([3])])).toEqual({ samples: 3, channels: [[1, 2, 3]] });
    expect(mixed([raw([]), raw([], 100)])).toEqual({ samples: 0, channels: [[], []] });
    expect(mixed([raw([]), raw([7], 1)]).channels).toEqual([
      [0, 0],
      [0, 7],
    ]);
  });

  test('of many blocks is whole', () => {
    const [left, right] = [
      Array.from({ length: 50_000 }, (_, at) => at % 30_000),
      Array.from({ length: 40_000 }, (_, at) => -(at % 30_000)),
    ];
    const { channels } = mixed([raw(left), raw(right, 3)]);
    expect(channels[0]).toEqual(left);
    expect(channels[1]?.slice(3, 40_003)).toEqual(right.map((sample) => sample + 0));
    expect(channels[1]?.slice(40_003).every((sample) => sample === 0)).toBe(true);
  });

  describe('gets back as silence what Asterisk missed', () => {
    const second = (value: number, count = 8_000) => Array.from({ length: count }, () => value);
    const beginnings = (channel: readonly number[] | undefined) => [
      channel?.indexOf(5),
      channel?.lastIndexOf(5),
    ];

    test('where that side was silent: what comes after is where it belongs', () => {
      const heard = [...second(0), ...second(5), ...second(0), ...second(5)];
      const part = raw(heard, 0, { length: 32_000 + 320 + 1_600, isSparse: true });
      const { samples, channels } = mixed([part]);
      expect(samples).toBe(33_600);
      expect(channels[0]?.slice(0, 8_800).every((sample) => sample === 0)).toBe(true);
      expect(channels[0]?.slice(8_800, 16_800)).toEqual(second(5));
      expect(channels[0]?.slice(16_800, 25_600).every((sample) => sample === 0)).toBe(true);
      expect(channels[0]?.slice(25_600)).toEqual(second(5));
    });

    test('at the end where a side sends all the time, or is never silent', () => {
      for (const isSparse of [true, false]) {
        const { samples, channels } = mixed([raw(second(5), 0, { length: 8_000 + 320 + 800, isSparse })]);
        expect(samples).toBe(8_800);
        expect(beginnings(channels[0])).toEqual([0, 7_999]);
      }
      const { channels } = mixed([raw([...second(0), ...second(5)], 0, { length: 17_000, isSparse: false })]);
      expect(beginnings(channels[0])).toEqual([8_000, 15_999]);
    });

    test('but not two frames, and not of nothing', () => {
      expect(mixed([raw(second(0), 0, { length: 8_320, isSparse: true })]).samples).toBe(8_000);
      expect(mixed([raw([], 0, { length: 8_000, isSparse: true })]).samples).toBe(0);
    });
  });

  test('is not made of a file that is not there', () => {
    const segments = [[{ path: join(folder, 'nothing.sln'), delay: 0, length: undefined, isSparse: false }]];
    expect(() => writeWav({ segments, channels: 1, target: join(folder, 'out.wav') })).toThrow(/ENOENT/);
  });
});

describe('the thread', () => {
  const never = new AbortController().signal;

  test('writes one, and says how long it is', async () => {
    const target = join(folder, 'out.wav');
    expect(await mixToWav({ segments: [[raw([1, 2, 3])]], channels: 1, target }, never)).toBe(3);
    expect(readWav(readFileSync(target)).channels.map((channel) => [...channel])).toEqual([[1, 2, 3]]);
  });

  test('says what is wrong: a disk that is full', async () => {
    const mix = { segments: [[raw([1])]], channels: 1, target: '/dev/full' };
    await expect(mixToWav(mix, never)).rejects.toMatchObject({
      name: 'WavNotWritten',
      message: expect.stringMatching(/ENOSPC/),
    });
  });

  test('ends with the signal', async () => {
    const stop = new AbortController();
    const writing = mixToWav(
      { segments: [[raw([1])]], channels: 1, target: join(folder, 'out.wav') },
      stop.signal,
    );
    stop.abort(new Error('enough'));
    await expect(writing).rejects.toThrow('enough');
  });
});
