import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { installAsterisk } from '../../src/asterisk/install.ts';
import type { AudioKind } from '../../src/media/audio-kind.ts';
import { convert } from '../../src/media/convert.ts';
import { id3Tag, mp3Of, type WavShape, wavHeader, wavTone } from '../support/audio-files.ts';
import { dominantFrequency, loudness } from '../support/tones.ts';

const { signal } = new AbortController();
let directory: string;
beforeAll(async () => {
  await installAsterisk({ withTestTools: true, onProgress: (line) => console.log(line) });
  directory = await mkdtemp(join(tmpdir(), 'ariflow-convert-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** What comes out: its length in milliseconds and its tone. */
async function converted(kind: AudioKind, bytes: Buffer, ending = signal) {
  const [path, target] = [join(directory, 'in'), join(directory, 'out.wav')];
  await rm(target, { force: true });
  await writeFile(path, bytes);
  await convert({ path, kind }, target, ending);
  const result = await readFile(target);
  // 8 kHz, 16 bit, mono: Asterisk plays no other WAV.
  expect(result.subarray(0, 36)).toEqual(wavHeader(result.length - 44).subarray(0, 36));
  const samples = new Int16Array(result.buffer.slice(result.byteOffset + 44));
  const middle = samples.subarray(samples.length / 4, (samples.length * 3) / 4);
  return {
    length: samples.length / 8,
    frequency: dominantFrequency(middle),
    loudness: loudness(middle),
  };
}

describe('a WAV', () => {
  test.each<WavShape>([
    { rate: 8_000 },
    { rate: 16_000 },
    { rate: 44_100, channels: 2 },
    { rate: 48_000, channels: 6 },
    { rate: 11_025 },
    { rate: 192_000 },
  ])('of %j is heard', async (shape) => {
    const { length, frequency, loudness } = await converted(
      'wav',
      wavTone({ ...shape, length: 400, frequency: 600 }),
    );
    expect(Math.abs(length - 400)).toBeLessThan(20);
    expect(frequency).toBe(600);
    expect(Math.abs(loudness - 8_000 / Math.SQRT2)).toBeLessThan(400);
  });

  test('that is cut off is heard up to there, and one that says nothing of its length too', async () => {
    const whole = wavTone({ length: 1_000 });
    expect((await converted('wav', whole.subarray(0, 44 + 8_000))).length).toBe(500);
    const endless = Buffer.concat([wavHeader(0xffff_ff00), whole.subarray(44)]);
    expect((await converted('wav', endless)).length).toBe(1_000);
  });

  test('of an hour is heard, of more it is too long', async () => {
    const slow = (seconds: number) =>
      Buffer.concat([wavHeader(seconds * 200, 100), Buffer.alloc(seconds * 200)]);
    expect((await converted('wav', slow(3_600))).length).toBe(3_600_000);
    await expect(converted('wav', slow(3_700))).rejects.toMatchObject({ code: 'MEDIA_TOO_LARGE' });
    // 1 Hz: weeks.
    const weeks = Buffer.concat([wavHeader(4_000_000, 1), Buffer.alloc(4_000_000)]);
    await expect(converted('wav', weeks)).rejects.toMatchObject({ code: 'MEDIA_TOO_LARGE' });
  }, 30_000);

  test.each([
    ['no samples', wavHeader(0)],
    ['half a header', wavTone().subarray(0, 30)],
    ['no format', Buffer.concat([Buffer.from('RIFF\u0010\u0000\u0000\u0000WAVEdata'), Buffer.alloc(100)])],
    ['a rate of nothing', wavHeader(100, 0)],
    ['no channels', wavHeader(100, 8_000, 0)],
    ['a playlist', Buffer.from('#EXTM3U\n/etc/passwd\n')],
  ])('with %s is refused', async (_, bytes) => {
    await expect(converted('wav', Buffer.concat([bytes]))).rejects.toMatchObject({ code: 'INVALID_MEDIA' });
  });
});

describe('an MP3', () => {
  test.each<WavShape>([{ rate: 44_100, channels: 2 }, { rate: 22_050 }, { rate: 8_000 }])(
    'of %j is heard',
    async (shape) => {
      const mp3 = await mp3Of(wavTone({ ...shape, length: 1_000, frequency: 700 }));
      const { length, frequency } = await converted('mp3', mp3);
      expect(Math.abs(length - 1_000)).toBeLessThan(160);
      expect(frequency).toBe(700);
    },
  );

  test('with a tag before it is heard, and one that is cut off up to there', async () => {
    const mp3 = await mp3Of(wavTone({ rate: 44_100, length: 1_000, frequency: 700 }));
    expect((await converted('mp3', Buffer.concat([id3Tag(200_000), mp3]))).frequency).toBe(700);
    const half = await converted('mp3', mp3.subarray(0, mp3.length / 2));
    expect(half.length).toBeGreaterThan(300);
    expect(half.length).toBeLessThan(700);
    expect(half.frequency).toBe(700);
  });

  test.each([
    ['a playlist', Buffer.from('#EXTM3U\n/etc/passwd\nhttp://127.0.0.1/x.mp3\n')],
    ['zeros', Buffer.alloc(100_000)],
    ['a WAV', wavTone()],
  ])('that is %s is refused', async (_, bytes) => {
    await expect(converted('mp3', bytes)).rejects.toMatchObject({ code: 'INVALID_MEDIA' });
  });
});

test('a full disk is an error, though sox ends well', async () => {
  const path = join(directory, 'in');
  await writeFile(path, wavTone({ length: 60_000 }));
  await expect(convert({ path, kind: 'wav' }, '/dev/full', signal)).rejects.toThrow(
    'could not write its output',
  );
});

test('what is converted twice is the same twice', async () => {
  const [path, target] = [join(directory, 'stereo.wav'), join(directory, 'twice.wav')];
  await writeFile(path, wavTone({ rate: 44_100, channels: 2, length: 500, frequency: 700 }));
  const once = async (): Promise<Buffer> => {
    await convert({ path, kind: 'wav' }, target, signal);
    return readFile(target);
  };
  const first = await once();
  expect((await once()).equals(first)).toBe(true);
});

test('ends with its signal', async () => {
  await expect(converted('wav', wavTone(), AbortSignal.abort(new Error('hung up')))).rejects.toThrow(
    'hung up',
  );
});
