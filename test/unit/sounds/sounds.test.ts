import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CachedFiles } from '../../../src/core/cached-files.ts';
import { wireTime } from '../../../src/core/clock.ts';
import { Playables } from '../../../src/sounds/playables.ts';
import { Sounds } from '../../../src/sounds/sounds.ts';
import { FakeMedia } from '../../support/fake-media.ts';
import { givenStore, type StoreFolder } from '../../support/store-folder.ts';
import { givenSound } from '../../support/store-sounds-contract.ts';

let folder: StoreFolder;
let files: CachedFiles;
let sounds: Sounds;
let end: AbortController;

const soundsOf = ({ store }: Pick<StoreFolder, 'store'>): Sounds =>
  new Sounds({ store: store.sounds, files, asteriskDirectory: '/asterisk/sounds', most: 1_000 });

beforeEach(async () => {
  folder = await givenStore();
  files = new CachedFiles(join(dirname(folder.path), 'sounds'));
  sounds = soundsOf(folder);
  end = new AbortController();
});
afterEach(() => folder[Symbol.asyncDispose]());

const add = async (name: string, language: string, text: string) => {
  const audio = Buffer.from(text);
  const sound = givenSound({ name, language, size: audio.length });
  await folder.store.sounds.add(sound, { audio, most: 1_000 });
  return sound;
};

/** What is in the file that a media URI of ours names to Asterisk. */
async function heard(media: string | undefined): Promise<string> {
  expect(media).toMatch(/^sound:\/asterisk\/sounds\/[0-9a-f-]{36}$/);
  return readFile(files.path(`${basename(media ?? '')}.wav`), 'utf8');
}

test('a sound is a file for Asterisk, in the language that is asked for as far as there is one', async () => {
  await add('greeting', 'en', 'Hello');
  await add('greeting', 'de-DE', 'Hallo');
  for (const [language, text] of [
    ['de', 'Hallo'],
    ['en-GB', 'Hello'],
    ['', 'Hello'],
  ] as const)
    expect(await heard(await sounds.media('greeting', language, end.signal))).toBe(text);
  expect(await sounds.media('Greeting', 'de', end.signal)).toBeUndefined();
  expect([await sounds.has('greeting'), await sounds.has('other')]).toEqual([true, false]);
});

test('what was replaced is heard from the next time on; who has the old file keeps it', async () => {
  const sound = await add('greeting', '', 'old');
  const old = await sounds.media('greeting', '', end.signal);
  const change = { audio_id: randomUUID(), size: 3, tm_update: wireTime() };
  await folder.store.sounds.replace(sound.id, change, { audio: Buffer.from('new'), most: 1_000 });
  expect(await heard(await sounds.media('greeting', '', end.signal))).toBe('new');
  expect(await heard(old)).toBe('old');
  expect(files.isInUse(`${sound.audio_id}.wav`)).toBe(true);
  end.abort();
  expect(files.isInUse(`${sound.audio_id}.wav`)).toBe(false);
});

test('a file that has gone comes from the store again, also for another daemon', async () => {
  await add('greeting', '', 'Hello');
  await Promise.all(Array.from({ length: 5 }, () => sounds.media('greeting', '', end.signal)));
  await rm(files.directory, { recursive: true });
  expect(await heard(await sounds.media('greeting', '', end.signal))).toBe('Hello');
  files = new CachedFiles(join(dirname(folder.path), 'elsewhere'));
  expect(await heard(await soundsOf(folder).media('greeting', '', end.signal))).toBe('Hello');
});

test('what users name to be heard is theirs, or as Asterisk has it, or comes from a URL', async () => {
  await add('beep', '', 'Beep!');
  const downloads = new FakeMedia();
  const playables = new Playables({ downloads, sounds });
  expect(await heard(await playables.fetch('sound:beep', end.signal))).toBe('Beep!');
  for (const media of ['sound:demo-congrats', 'recording:beep'])
    expect(await playables.fetch(media, end.signal)).toBe(media);
  expect(await playables.fetch('https://x.example/beep.wav', end.signal)).toBe('sound:/downloads/beep');
  expect(downloads.requests).toEqual(['https://x.example/beep.wav']);
});

test('while the store is away a sound is whoever has it last said it is, or of Asterisk', async () => {
  await add('greeting', '', 'Hello');
  const known = await sounds.media('greeting', '', end.signal);
  await folder.store.close();
  expect(await sounds.media('greeting', '', end.signal)).toBe(known);
  expect(await sounds.media('beep', '', end.signal)).toBeUndefined();
});

test('a sound whose audio is not there is a failure that says so', async () => {
  const sound = await add('greeting', '', 'Hello');
  const store = {
    ...folder.store.sounds,
    edition: undefined,
    byName: async () => [sound],
    audio: async () => undefined,
  };
  const broken = soundsOf({ store: { ...folder.store, sounds: store } });
  await expect(broken.media('greeting', '', end.signal)).rejects.toMatchObject({ code: 'MEDIA_FAILED' });
});
