import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { CachedFiles } from '../../../src/core/cached-files.ts';
import { orAbort } from '../../../src/core/wait.ts';
import { type Levelled, Uploads } from '../../../src/sounds/upload.ts';
import { oggOf, wavHeader, wavTone } from '../../support/audio-files.ts';
import { readWav } from '../../support/wav.ts';

let directory: string;
let files: CachedFiles;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ariflow-upload-'));
  files = new CachedFiles(directory);
});
afterEach(() => rm(directory, { recursive: true }));

function take(bytes: Buffer, { draft }: Pick<CachedFiles, 'draft'> = files): Promise<Levelled> {
  const uploads = new Uploads({ draft: (name) => draft.call(files, name) });
  const body = Readable.from([bytes]);
  return uploads.take({ body, length: bytes.length }, new AbortController().signal);
}

/** A WAV of what a function says of each moment, in each of two channels. */
function stereo(rate: number, at: (seconds: number) => readonly [number, number]): Buffer {
  const data = Buffer.alloc(rate * 4);
  for (let frame = 0; frame < rate; frame++)
    for (const [side, value] of at(frame / rate).entries())
      data.writeInt16LE(Math.round(value * 32_767), frame * 4 + side * 2);
  return Buffer.concat([wavHeader(data.length, rate, 2), data]);
}

const tone = (frequency: number, seconds: number): number => Math.sin(2 * Math.PI * frequency * seconds);

test.each([
  ['in one of two channels', stereo(8_000, (at) => [0.2 * tone(440, at), 0])],
  ['with what no phone carries, and louder', stereo(48_000, (at) => quietUnderHiss(at))],
])('the loudest moment that is heard counts: %s', async (_, wav) => {
  const { audio } = await take(wav);
  const [samples = new Int16Array()] = readWav(audio).channels;
  const peak = samples.reduce((most, sample) => Math.max(most, Math.abs(sample)), 0);
  expect(peak / 32_768).toBeCloseTo(10 ** (-1 / 20), 2);
});

function quietUnderHiss(at: number): readonly [number, number] {
  const both = 0.05 * tone(440, at) + 0.9 * tone(9_000, at);
  return [both, both];
}

test('an Ogg of several streams is refused, whether they differ or not', async () => {
  const [one, other] = [await oggOf(wavTone()), await oggOf(wavTone({ rate: 44_100, channels: 2 }))];
  expect((await take(one)).duration).toBe(500);
  for (const chain of [
    [one, other],
    [other, one],
    [one, one],
  ])
    await expect(take(Buffer.concat(chain))).rejects.toMatchObject({ reason: 'UNSUPPORTED_MEDIA' });
});

test('who has waited for his turn in vain is told to try again', async () => {
  const uploads = new Uploads(files);
  const [slow, impatient] = [new AbortController(), new AbortController()];
  const never = new Promise<never>(() => undefined);
  const body = { [Symbol.asyncIterator]: () => ({ next: () => orAbort(never, slow.signal) }) };
  const all = Array.from({ length: 10 }, () => uploads.take({ body, length: undefined }, slow.signal));
  const waiting = uploads.take({ body: Readable.from([wavTone()]), length: undefined }, impatient.signal);
  impatient.abort();
  await expect(waiting).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  slow.abort();
  for (const one of await Promise.allSettled(all)) expect(one.status).toBe('rejected');
  await expect.poll(() => readdir(directory), { timeout: 10_000 }).toEqual([]);
});

test('where sox is missing no upload is said to be bad', async () => {
  vi.stubEnv('ARIFLOW_ASTERISK_ROOT', '/nowhere');
  vi.stubEnv('PATH', '/nowhere');
  try {
    await expect(take(wavTone())).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  } finally {
    vi.unstubAllEnvs();
  }
  expect(await readdir(directory)).toEqual([]);
});

test('a full disk is no fault of what was sent, and nothing stays of it', async () => {
  const full: Pick<CachedFiles, 'draft'> = {
    draft: async (name) => {
      const draft = await files.draft(name);
      if (name === 'upload') return draft;
      return { path: '/dev/full', [Symbol.asyncDispose]: () => draft[Symbol.asyncDispose]() };
    },
  };
  await expect(take(wavTone(), full)).rejects.toMatchObject({ reason: 'UNAVAILABLE' });
  expect(await readdir(directory)).toEqual([]);
});

test('what is shorter than a packet is no sound: music of it would be a flood of packets, or nothing', async () => {
  for (const length of [0, 0.125, 5, 19])
    await expect(take(wavTone({ length })), `${length} ms`).rejects.toMatchObject({
      reason: 'UNSUPPORTED_MEDIA',
    });
  expect((await take(wavTone({ length: 20 }))).duration).toBe(20);
});
