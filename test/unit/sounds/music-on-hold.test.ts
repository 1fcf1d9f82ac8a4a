import { randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CachedFiles } from '../../../src/core/cached-files.ts';
import { now, wireTime } from '../../../src/core/clock.ts';
import { silentLog } from '../../../src/core/log.ts';
import { sleep } from '../../../src/core/wait.ts';
import { classesFile } from '../../../src/sounds/music-classes.ts';
import { MusicOnHold } from '../../../src/sounds/music-on-hold.ts';
import { Sounds } from '../../../src/sounds/sounds.ts';
import { givenStore, type StoreFolder } from '../../support/store-folder.ts';
import { givenSound } from '../../support/store-sounds-contract.ts';

let folder: StoreFolder;
let audio: CachedFiles;
let written: CachedFiles;
/** Of Asterisk: what its `extensions.conf` says, whether it obeys, and how often it was told to read the classes. */
let asterisk: { isOurs: boolean; isBroken: boolean; reloads: number };
const { signal } = new AbortController();

beforeEach(async () => {
  folder = await givenStore();
  audio = new CachedFiles(join(dirname(folder.path), 'sounds'));
  written = new CachedFiles(join(dirname(folder.path), 'music'));
  asterisk = { isOurs: true, isBroken: false, reloads: 0 };
});
afterEach(() => folder[Symbol.asyncDispose]());

async function givenMusic(usual = '', longestCall = 60_000): Promise<MusicOnHold> {
  const asteriskDirectory = '/asterisk/sounds';
  const music = new MusicOnHold({
    ari: {
      config: {
        global: async () => (asterisk.isOurs ? 'yes' : ''),
        reloadMusic: async () => {
          if (asterisk.isBroken) throw new Error('no');
          asterisk.reloads++;
        },
      },
    },
    sounds: new Sounds({ store: folder.store.sounds, files: audio, asteriskDirectory, most: 1_000 }),
    audio: { files: audio, asteriskDirectory },
    ...{ written, usual, longestCall, log: silentLog },
  });
  await music.connected(signal);
  return music;
}

async function add(name: string) {
  const sound = givenSound({ name, language: '', size: 3 });
  await folder.store.sounds.add(sound, { audio: Buffer.from('old'), most: 1_000 });
  return sound;
}

async function replace({ id }: { readonly id: string }): Promise<string> {
  const change = { audio_id: randomUUID(), size: 3, tm_update: wireTime() };
  await folder.store.sounds.replace(id, change, { audio: Buffer.from('new'), most: 1_000 });
  return change.audio_id;
}

const classes = () => readFile(written.path(classesFile), 'utf8');

test('a sound has a class for its audio, which Asterisk reads once; what takes its place has another one', async () => {
  const sound = await add('my/music');
  const music = await givenMusic();
  const first = await music.class('sound:my/music', signal);
  expect([await music.class('sound:my/music', signal), asterisk.reloads]).toEqual([first, 1]);
  expect(first).toBe(`sound-${sound.audio_id}`);
  const replacement = await replace(sound);
  expect(await music.class('sound:my/music', signal)).toBe(`sound-${replacement}`);
  const text = await classes();
  for (const id of [sound.audio_id, replacement])
    expect(text).toContain(`[sound-${id}]\nmode = playlist\nentry = /asterisk/sounds/${id}\n`);
  expect(text).not.toContain('my/music');
  expect(text).not.toContain('default');
  expect(await audio.deleteUnused(now() + 60_000, signal)).toBe(0);
});

test('audio that nobody has asked for while the longest call lasts has no class any more', async () => {
  await Promise.all([add('one'), add('two')]);
  const music = await givenMusic('', 0);
  await music.class('sound:one', signal);
  await sleep(5, signal);
  const second = await music.class('sound:two', signal);
  expect((await classes()).match(/\[sound-.*\]/g)).toEqual([`[${second}]`]);
  expect(await audio.deleteUnused(now() + 60_000, signal)).toBe(1);
});

test('the usual music is a sound where that is configured, and the one that it is replaced by', async () => {
  const sound = await add('usual');
  const music = await givenMusic('sound:usual');
  const usual = (id: string) => `[default](+)\nmode = playlist\nentry = /asterisk/sounds/${id}\n`;
  expect(await classes()).toContain(usual(sound.audio_id));
  await music.changed();
  expect(asterisk.reloads).toBe(1);
  const replacement = await replace(sound);
  asterisk.isBroken = true;
  await music.changed();
  asterisk.isBroken = false;
  await music.changed();
  expect(await classes()).toContain(usual(replacement));
  await folder.store.sounds.delete(sound.id, wireTime());
  await music.changed();
  expect(await classes()).not.toContain('default');
  expect(asterisk.reloads).toBe(3);
});

test('who began to hear the usual music just before it was replaced hears it on, however long it was that', async () => {
  const sound = await add('usual');
  const music = await givenMusic('sound:usual', 50);
  await sleep(60, signal);
  const replacement = await replace(sound);
  await music.changed();
  expect((await classes()).match(/(?<=\[sound-).*(?=\])/g)).toEqual([sound.audio_id, replacement]);
  expect(await audio.deleteUnused(now() + 60_000, signal)).toBe(0);
});

test('a daemon that starts again keeps the classes that were there, and their audio', async () => {
  await add('one');
  const before = await (await givenMusic()).class('sound:one', signal);
  await givenMusic();
  expect(await classes()).toContain(`[${before}]`);
  expect(await audio.deleteUnused(now() + 60_000, signal)).toBe(0);
});

test('what cannot be heard is refused, with its path or its code', async () => {
  await add('one');
  const music = await givenMusic();
  await music.check('');
  await music.check('sound:one');
  await expect(music.check('sound:demo-congrats')).rejects.toMatchObject({
    reason: 'INVALID_ARGUMENT',
    details: [{ path: 'music', message: 'there is no sound:demo-congrats that was uploaded' }],
  });
  await expect(music.class('sound:no', signal)).rejects.toMatchObject({ code: 'MOH_FAILED' });
  asterisk.isBroken = true;
  await expect(music.class('sound:one', signal)).rejects.toMatchObject({ code: 'MOH_FAILED' });
  asterisk.isBroken = false;
  expect(await music.class('sound:one', signal)).toMatch(/^sound-/);
});

test('the music of an Asterisk of one’s own is not touched', async () => {
  await add('one');
  asterisk.isOurs = false;
  const music = await givenMusic('sound:one');
  await expect(music.check('sound:one')).rejects.toMatchObject({ reason: 'CONFLICT' });
  await expect(music.class('sound:one', signal)).rejects.toThrow('docs/sounds.md');
  await music.changed();
  expect([asterisk.reloads, await readdir(written.directory).catch(() => 'none')]).toEqual([0, 'none']);
});
