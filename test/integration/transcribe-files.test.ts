import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { installAsterisk } from '../../src/asterisk/install.ts';
import { runSox } from '../../src/core/sox.ts';
import { fileAudio, pieceMs } from '../../src/transcribes/file-audio.ts';
import { goertzel, isSilent, tone } from '../support/tones.ts';

let folder: string;
const never = new AbortController().signal;
const length = 1_250;

/** sox reads these, and comes with Asterisk. */
beforeAll(async () => {
  await installAsterisk({ withTestTools: true, onProgress: (line) => console.log(line) });
  folder = mkdtempSync(join(tmpdir(), 'ariflow-transcribe-files-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A file of a second and a quarter: its left channel has 440 Hz, its right one silence and then 880 Hz. */
async function given(format: string, channels: 1 | 2): Promise<string> {
  const [left, right] = [tone(440, length * 8), tone(880, length * 8)];
  right.fill(0, 0, 500 * 8);
  const samples = new Int16Array(length * 8 * channels);
  for (let index = 0; index < length * 8; index++) {
    samples[index * channels] = left[index] ?? 0;
    if (channels === 2) samples[index * 2 + 1] = right[index] ?? 0;
  }
  const raw = join(folder, `${format}-${channels}.raw`);
  writeFileSync(raw, Buffer.from(samples.buffer));
  const form = ['-t', 'raw', '-e', 'signed-integer', '-b', '16', '-r', '8000', '-c', String(channels)];
  const path = join(folder, `${channels}.${format}`);
  await runSox([...form, raw, '-t', format, path], { timeout: 10_000 }, never);
  return path;
}

async function heard(path: string, channels: number, from: number): Promise<number[][]> {
  const all: number[][] = Array.from({ length: channels }, () => []);
  for await (const piece of fileAudio({ path, channels, from }, never)) {
    expect(piece).toHaveLength(channels);
    for (const [index, samples] of piece.entries()) {
      expect(samples.length).toBeLessThanOrEqual(pieceMs * 8);
      all[index]?.push(...samples);
    }
  }
  return all;
}

test.each(['wav', 'mp3', 'ogg'])('the channels of %s are heard each by itself', async (format) => {
  const [left, right] = (await heard(await given(format, 2), 2, 0)).map((samples) =>
    Int16Array.from(samples),
  );
  expect(left?.length).toBeGreaterThanOrEqual(length * 8);
  expect(right?.length).toBe(left?.length);
  expect(goertzel(left!.subarray(2_400, 4_000), 440)).toBeGreaterThan(0.9);
  expect(isSilent(right!.subarray(800, 2_400))).toBe(true);
  expect(goertzel(right!.subarray(6_400, 8_000), 880)).toBeGreaterThan(0.9);
});

test('one is heard from any place in it', async () => {
  const [samples] = await heard(await given('wav', 1), 1, 1_000);
  expect(samples?.length).toBe(250 * 8);
});

test('what is no audio is an error', async () => {
  const path = join(folder, 'no.wav');
  writeFileSync(path, 'no audio');
  await expect(heard(path, 1, 0)).rejects.toThrow(/ended with/);
});
