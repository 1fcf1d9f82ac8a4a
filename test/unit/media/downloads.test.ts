import { mkdtemp, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { CachedFiles } from '../../../src/core/cached-files.ts';
import { ActionError } from '../../../src/core/errors.ts';
import { silentLog } from '../../../src/core/log.ts';
import { AddressPolicy } from '../../../src/http/address-policy.ts';
import { GuardedClient } from '../../../src/http/guarded-client.ts';
import { Downloads, type DownloadsOptions } from '../../../src/media/downloads.ts';
import { id3Tag, wavTone } from '../../support/audio-files.ts';
import { MediaServer } from '../../support/media-server.ts';
import { until } from '../../support/until.ts';

const { signal } = new AbortController();
let root: string;
let files: CachedFiles;
let server: MediaServer;
let client: GuardedClient;
/** What was converted: kind and bytes. */
let converted: string[];

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'ariflow-downloads-'));
  files = new CachedFiles(join(root, 'downloads'));
  server = await MediaServer.open();
  const policy = new AddressPolicy({ allow: ['127.0.0.0/8'] });
  client = new GuardedClient({ policy, userAgent: 'ariflow/test' });
  converted = [];
});
afterEach(async () => {
  await client.close();
  await server[Symbol.asyncDispose]();
  await rm(root, { recursive: true, force: true });
});

function given(options: Partial<DownloadsOptions> = {}): Downloads {
  return new Downloads({
    client,
    files,
    asteriskDirectory: '/asterisk/downloads',
    log: silentLog,
    convert: async ({ path, kind }, target) => {
      const bytes = await readFile(path);
      converted.push(`${kind} ${bytes.length}`);
      await writeFile(target, bytes);
    },
    ...options,
  });
}

const wav = wavTone({ length: 100 });
const url = (path: string) => `${server.url}${path}`;
const names = async () => (await readdir(files.directory)).sort();

/** What is kept of a URL is not fresh any more. */
async function age(): Promise<void> {
  for (const name of (await names()).filter((one) => one.endsWith('.json'))) {
    const entry = JSON.parse(await readFile(files.path(name), 'utf8')) as object; // written by the code under test
    await writeFile(files.path(name), JSON.stringify({ ...entry, fresh_until: 0 }));
  }
}

const failure = (downloads: Downloads, path: string) =>
  downloads.fetch(url(path), signal).then(
    () => 'played',
    (error: unknown) => (error instanceof ActionError ? `${error.code} ${error.message}` : error),
  );

describe('audio', () => {
  test('is fetched and converted once, and its name is as Asterisk sees it', async () => {
    server.files.set('/a.wav', { body: wav, headers: { 'cache-control': 'max-age=60' } });
    const media = await given().fetch(url('/a.wav'), signal);
    expect(media).toMatch(/^sound:\/asterisk\/downloads\/[0-9a-f]{64}$/);
    expect(await given().fetch(url('/a.wav'), signal)).toBe(media);
    expect(server.count('/a.wav')).toBe(1);
    expect(converted).toEqual([`wav ${wav.length}`]);
    const file = `${media.split('/').at(-1)}.wav`;
    expect(await names()).toHaveLength(2);
    expect(await names()).toEqual(
      expect.arrayContaining([expect.stringMatching(/^[0-9a-f]{64}\.json$/), file]),
    );
    expect(await readFile(files.path(file))).toEqual(wav);
  });

  test('is what it is, whatever it is called', async () => {
    server.files.set('/a.mp3', { body: wav, headers: { 'content-type': 'audio/mpeg' } });
    await given().fetch(url('/a.mp3'), signal);
    expect(converted).toEqual([`wav ${wav.length}`]);
  });

  test('wanted by many at once is fetched once, and again when it is not', async () => {
    server.files.set('/a.wav', { body: wav, delay: 50, headers: { 'cache-control': 'no-store' } });
    const downloads = given();
    await Promise.all(Array.from({ length: 20 }, () => downloads.fetch(url('/a.wav'), signal)));
    expect(server.count('/a.wav')).toBe(1);
    await downloads.fetch(url('/a.wav'), signal);
    expect(server.count('/a.wav')).toBe(2);
    expect(converted).toHaveLength(1); // the same bytes
  });

  test('that its server says nothing of is good for a moment', async () => {
    server.files.set('/a.wav', { body: wav });
    for (let time = 0; time < 3; time++) await given().fetch(url('/a.wav'), signal);
    expect(server.count('/a.wav')).toBe(1);
    await age();
    await given().fetch(url('/a.wav'), signal);
    expect(server.count('/a.wav')).toBe(2);
  });

  test('that has not changed is not sent again, and then is fresh again', async () => {
    server.files.set('/a.wav', { body: wav, headers: { etag: '"1"', 'cache-control': 'max-age=60' } });
    const media = await given().fetch(url('/a.wav'), signal);
    await age();
    for (let time = 0; time < 2; time++) expect(await given().fetch(url('/a.wav'), signal)).toBe(media);
    expect(server.requests.map(({ status }) => status)).toEqual([200, 304]);
  });

  test('that has changed is another file', async () => {
    server.files.set('/a.wav', { body: wav, headers: { etag: '"1"' } });
    const media = await given().fetch(url('/a.wav'), signal);
    await age();
    server.files.set('/a.wav', { body: wavTone({ frequency: 900 }), headers: { etag: '"2"' } });
    expect(await given().fetch(url('/a.wav'), signal)).not.toBe(media);
  });

  test('at two URLs is one file', async () => {
    for (const path of ['/a.wav', '/b.wav']) server.files.set(path, { body: wav });
    expect(await given().fetch(url('/a.wav'), signal)).toBe(await given().fetch(url('/b.wav'), signal));
    expect(converted).toHaveLength(1);
  });

  test('whose file is gone is fetched anew', async () => {
    server.files.set('/a.wav', { body: wav, headers: { etag: '"1"', 'cache-control': 'max-age=60' } });
    const media = await given().fetch(url('/a.wav'), signal);
    await rm(files.path(`${media.split('/').at(-1)}.wav`));
    expect(await given().fetch(url('/a.wav'), signal)).toBe(media);
    expect(server.requests.map(({ status }) => status)).toEqual([200, 200]);
  });

  test('whose note is damaged is fetched anew', async () => {
    server.files.set('/a.wav', { body: wav, headers: { 'cache-control': 'max-age=60' } });
    await given().fetch(url('/a.wav'), signal);
    for (const note of ['', '{}', '{"file":"../../etc/passwd","fresh_until":9e15}']) {
      const [name = ''] = (await names()).filter((one) => one.endsWith('.json'));
      await writeFile(files.path(name), note);
      expect(await failure(given(), '/a.wav')).toBe('played');
    }
    expect(server.count('/a.wav')).toBe(4);
  });

  test('is kept as long as it is played', async () => {
    server.files.set('/a.wav', { body: wav, headers: { 'cache-control': 'max-age=86400' } });
    await given().fetch(url('/a.wav'), signal);
    const old = new Date(Date.now() - 7_200_000);
    for (const name of await names()) await utimes(files.path(name), old, old);
    await given().fetch(url('/a.wav'), signal);
    expect(await files.deleteUnused(Date.now() - 3_600_000, signal)).toBe(0);
  });
});

describe('a server that is away', () => {
  test.each([{ status: 503 }, { status: 500 }, { instead: 'hang' }, { instead: 'cut', body: wav }] as const)(
    'with %j is no reason to say nothing where the audio is known',
    async (trouble) => {
      const downloads = given({ limits: { timeout: 300 } });
      server.files.set('/a.wav', { body: wav });
      const media = await downloads.fetch(url('/a.wav'), signal);
      await age();
      server.files.set('/a.wav', trouble);
      expect(await downloads.fetch(url('/a.wav'), signal)).toBe(media);
    },
  );

  test('is one where it is not, and a file that is there no more is not played', async () => {
    server.files.set('/a.wav', { body: wav });
    await given().fetch(url('/a.wav'), signal);
    await age();
    server.files.delete('/a.wav');
    expect(await failure(given(), '/a.wav')).toBe('CLIENT_ERROR the server answered 404');
    server.files.set('/b.wav', { status: 503 });
    expect(await failure(given(), '/b.wav')).toBe('SERVER_ERROR the server answered 503');
  });
});

describe('refused with a reason', () => {
  test.each([
    ['a playlist', '#EXTM3U\nhttp://127.0.0.1/x.mp3\n', 'INVALID_MEDIA it is neither WAV nor MP3'],
    ['nothing', '', 'INVALID_MEDIA it is neither WAV nor MP3'],
    ['a tag with nothing behind it', id3Tag(10_000), 'INVALID_MEDIA it is neither WAV nor MP3'],
    [
      'a tag with a page behind it',
      Buffer.concat([id3Tag(10_000), Buffer.from('<html>'.repeat(1_000))]),
      'INVALID_MEDIA it is neither WAV nor MP3',
    ],
  ])('is %s', async (_, body, reason) => {
    server.files.set('/a.mp3', { body });
    expect(await failure(given(), '/a.mp3')).toBe(reason);
    expect(converted).toEqual([]);
    expect(await names()).toEqual([]);
  });

  test('are two gigabytes of zeros, at once', async () => {
    server.files.set('/a.wav', { instead: 'zeros' });
    const began = performance.now();
    expect(await failure(given(), '/a.wav')).toBe('INVALID_MEDIA it is neither WAV nor MP3');
    expect(performance.now() - began).toBeLessThan(20_000);
    await until(() => server.open === 0);
  });

  test('is what is too large, said or not', async () => {
    const reason = 'MEDIA_TOO_LARGE it is larger than 1000 bytes';
    const downloads = given({ limits: { maxBytes: 1_000 } });
    server.files.set('/a.wav', { body: wav });
    expect(await failure(downloads, '/a.wav')).toBe(reason);
    server.files.set('/b.wav', { body: wav, headers: { 'transfer-encoding': 'chunked' } });
    expect(await failure(downloads, '/b.wav')).toBe(reason);
    server.files.set('/c.wav', { body: wav.subarray(0, 500), headers: { 'content-length': '5000' } });
    expect(await failure(downloads, '/c.wav')).toBe(reason);
    expect(await names()).toEqual([]);
  });

  test.each(['hang', 'stall', 'drip'] as const)('is a server that does %s', async (instead) => {
    server.files.set('/a.wav', { body: wav, instead });
    const downloads = given({ limits: { timeout: 700 } });
    expect(await failure(downloads, '/a.wav')).toBe('TIMEOUT no complete answer in time');
    await until(() => server.open === 0);
    expect(await names()).toEqual([]);
  });

  test('is a file that is cut off on its way', async () => {
    server.files.set('/a.wav', { body: wav, instead: 'cut' });
    expect(await failure(given(), '/a.wav')).toMatch(/^INVALID_RESPONSE the answer broke off/);
  });

  test.each([
    ['http://169.254.169.254/a.wav', 'INVALID_REQUEST'],
    ['http://user:secret@127.0.0.1/a.wav', 'INVALID_REQUEST'],
    ['ftp://127.0.0.1/a.wav', 'INVALID_REQUEST'],
    ['http://127.0.0.1:1/a.wav', 'UNREACHABLE'],
  ])('is %s', async (address, code) => {
    await expect(given().fetch(address, signal)).rejects.toMatchObject({ code });
  });

  test('is a redirect to where we do not go', async () => {
    server.files.set('/a.wav', { status: 302, headers: { location: 'http://10.0.0.1/a.wav' } });
    expect(await failure(given(), '/a.wav')).toBe(
      'INVALID_REQUEST the redirect leads to an address that is not allowed',
    );
  });

  test('is what cannot be converted, and it is tried again', async () => {
    server.files.set('/a.wav', { body: wav });
    const convert = () => Promise.reject(new ActionError('INVALID_MEDIA', 'it cannot be read as WAV'));
    expect(await failure(given({ convert }), '/a.wav')).toBe('INVALID_MEDIA it cannot be read as WAV');
    expect(await names()).toEqual([]);
    expect(await failure(given(), '/a.wav')).toBe('played');
  });

  test('is what cannot be stored', async () => {
    server.files.set('/a.wav', { body: wav });
    await writeFile(files.directory, 'a file where the folder should be');
    expect(await failure(given(), '/a.wav')).toBe('MEDIA_FAILED the audio could not be stored');
    await until(() => server.open === 0);
  });
});

describe('whoever hangs up', () => {
  test.each(['hang', 'stall', 'drip'] as const)('ends a download that does %s', async (instead) => {
    server.files.set('/a.wav', { body: wav, instead });
    const call = new AbortController();
    const fetching = given().fetch(url('/a.wav'), call.signal);
    fetching.catch(() => undefined);
    await until(() => server.open === 1);
    call.abort(new Error('hung up'));
    await expect(fetching).rejects.toThrow('hung up');
    await until(() => server.open === 0);
    await expect.poll(names).toEqual([]);
  });

  test('during the conversion ends that', async () => {
    server.files.set('/a.wav', { body: wav });
    const call = new AbortController();
    const wanted: AbortSignal[] = [];
    const fetching = given({
      convert: async (_, __, ending) => {
        wanted.push(ending);
        call.abort(new Error('hung up'));
        await new Promise((_resolve, reject) => {
          ending.addEventListener('abort', () => reject(ending.reason), { once: true });
        });
      },
    }).fetch(url('/a.wav'), call.signal);
    await expect(fetching).rejects.toThrow('hung up');
    await expect.poll(names).toEqual([]);
    expect(wanted[0]?.aborted).toBe(true);
  });

  test('leaves it to the others', async () => {
    server.files.set('/a.wav', { body: wav, delay: 100 });
    const call = new AbortController();
    const downloads = given();
    const leaving = downloads.fetch(url('/a.wav'), call.signal);
    const staying = downloads.fetch(url('/a.wav'), signal);
    call.abort(new Error('hung up'));
    await expect(leaving).rejects.toThrow('hung up');
    expect(await staying).toMatch(/^sound:/);
    expect(server.count('/a.wav')).toBe(1);
  });
});
