import { mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CachedFiles } from '../../../src/core/cached-files.ts';
import { SizeBound } from '../../../src/core/size-bound.ts';
import { until } from '../../support/until.ts';

const hour = 3_600_000;
const { signal } = new AbortController();
let root: string;
let files: CachedFiles;
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ariflow-files-'));
  files = new CachedFiles(join(root, 'cache'));
});
afterEach(() => rm(root, { recursive: true, force: true }));

const age = (name: string, by: number) =>
  utimes(files.path(name), new Date(Date.now() - by), new Date(Date.now() - by));

test('a file is there when it is whole', async () => {
  expect(await files.has('a.wav')).toBe(false);
  let during: string[] = [];
  await files.make('a.wav', async (draft) => {
    await writeFile(draft, 'whole');
    during = await readdir(files.directory);
    expect(await files.has('a.wav')).toBe(false);
  });
  expect(during).toEqual([expect.stringMatching(/^\..+\.a\.wav$/)]);
  expect(await files.has('a.wav')).toBe(true);
  expect(await readdir(files.directory)).toEqual(['a.wav']);
});

test('one that could not be made leaves nothing, and an older one as it was', async () => {
  const failing = files.make('a.wav', async (draft) => {
    await writeFile(draft, 'half');
    throw new Error('broken');
  });
  await expect(failing).rejects.toThrow('broken');
  expect(await readdir(files.directory)).toEqual([]);
  await files.make('a.wav', (draft) => writeFile(draft, 'old'));
  await expect(files.make('a.wav', () => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
  expect(await readFile(files.path('a.wav'), 'utf8')).toBe('old');
});

test('what nobody has used for long is deleted, drafts too; whoever asks keeps a file', async () => {
  for (const name of ['used', 'unused', 'young']) await files.make(name, (draft) => writeFile(draft, name));
  await writeFile(files.path('.left.part'), 'of a daemon that died');
  for (const name of ['used', 'unused', '.left.part']) await age(name, 2 * hour);
  expect(await files.has('used')).toBe(true);
  expect(await files.deleteUnused(Date.now() - hour, signal)).toBe(2);
  expect((await readdir(files.directory)).sort()).toEqual(['used', 'young']);
});

test('a file that is used often is not written to each time', async () => {
  await files.make('a', (draft) => writeFile(draft, 'a'));
  await age('a', 60_000);
  const { mtimeMs } = await stat(files.path('a'));
  await files.has('a');
  expect((await stat(files.path('a'))).mtimeMs).toBe(mtimeMs);
});

test('where nothing was ever made there is nothing to delete; what cannot be read is an error', async () => {
  expect(await files.deleteUnused(Date.now(), signal)).toBe(0);
  await mkdir(root, { recursive: true });
  await writeFile(files.directory, 'a file where the folder should be');
  await expect(files.deleteUnused(Date.now(), signal)).rejects.toThrow('ENOTDIR');
});

test('files take so much room and no more: what was used longest ago goes first, nothing that is in use', async () => {
  const bound = new SizeBound(1_000, (error) => expect.unreachable(String(error)));
  const [some, others] = ['some', 'others'].map((name) => new CachedFiles(join(root, name), bound.made));
  if (!some || !others) throw new Error('there are two');
  for (const cache of [some, others]) bound.add(cache);
  const make = async (cache: CachedFiles, name: string, by: number): Promise<void> => {
    await cache.make(name, (draft) => writeFile(draft, Buffer.alloc(300)));
    const then = new Date(Date.now() - by);
    await utimes(cache.path(name), then, then);
  };
  const playing = new AbortController();
  await make(some, 'playing', 5 * hour);
  some.hold('playing', playing.signal);
  some.hold('playing', signal);
  await make(others, 'oldest', 4 * hour);
  await make(some, 'older', 3 * hour);
  expect(await bound.trim()).toBe(0);
  await make(others, 'young', 0);
  await until(async () => !(await others.has('oldest')), { what: 'room' });
  expect((await readdir(some.directory)).sort()).toEqual(['older', 'playing']);
  playing.abort();
  await make(others, 'youngest', 0);
  await until(async () => !(await some.has('older')), { what: 'more room' });
  expect(await readdir(some.directory)).toEqual(['playing']);
});

test('a file whose users have gone makes room as any other', async () => {
  const bound = new SizeBound(100, (error) => expect.unreachable(String(error)));
  bound.add(files);
  await files.make('a', (draft) => writeFile(draft, Buffer.alloc(90)));
  const users = [new AbortController(), new AbortController()];
  for (const user of users) files.hold('a', user.signal);
  await files.make('b', (draft) => writeFile(draft, Buffer.alloc(90)));
  files.hold('b', signal);
  users[0]?.abort();
  expect(await bound.trim()).toBe(0);
  users[1]?.abort();
  expect(await bound.trim()).toBe(1);
  expect(await readdir(files.directory)).toEqual(['b']);
});
