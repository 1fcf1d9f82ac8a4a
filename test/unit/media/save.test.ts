import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { save } from '../../../src/media/save.ts';
import { id3Tag, openWav, rf64, wavTone } from '../../support/audio-files.ts';

let directory: string;
let path: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'ariflow-save-'));
  path = join(directory, 'audio');
});
afterEach(() => rm(directory, { recursive: true }));

async function* pieces(bytes: Buffer, size = 7_000): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

const wav = wavTone({ length: 200 });
const list = Buffer.from('LIST\u0004\u0000\u0000\u0000INFO', 'latin1');

/** MPEG-1, 128 kbit/s, 44.1 kHz: 417 bytes a frame. */
const frame = Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x00]), Buffer.alloc(413)]);
const song = Buffer.concat(Array.from({ length: 20 }, () => frame));

describe('a WAV', () => {
  test.each([
    ['is kept as it is', wav, wav],
    ['with something behind its audio too', Buffer.concat([wav, list]), Buffer.concat([wav, list])],
    ['of no length is as long as what follows', openWav(wav), wav],
    ['of endless length too', openWav(wav, 0xffff_ffff), wav],
    ['of more than there is too', openWav(wav, 1_000_000), wav],
    [
      'without audio has none, whatever follows',
      Buffer.concat([openWav(wav.subarray(0, 44)), list]),
      Buffer.concat([openWav(wav.subarray(0, 44)), list]),
    ],
  ])('%s', async (_, bytes, saved) => {
    expect(await save(pieces(bytes), path)).toMatchObject({ kind: 'wav' });
    expect(await readFile(path)).toEqual(saved);
  });

  test('of the large form is of the usual one afterwards', async () => {
    await save(pieces(rf64(wav)), path);
    const saved = await readFile(path);
    expect(saved.toString('latin1', 0, 4)).toBe('RIFF');
    expect(saved.toString('latin1', 12, 16)).toBe('JUNK');
    expect(saved.readUInt32LE(4)).toBe(saved.length - 8);
    expect(saved.readUInt32LE(76)).toBe(wav.length - 44);
    expect(saved.subarray(80)).toEqual(wav.subarray(44));
  });
});

describe('an MP3', () => {
  test.each([
    ['of frames', song],
    ['of one frame', frame],
    ['behind a tag', Buffer.concat([id3Tag(300_000), song])],
    ['behind two tags', Buffer.concat([id3Tag(20), id3Tag(5_000), song])],
    ['behind a tag and its padding', Buffer.concat([id3Tag(20), Buffer.alloc(10_000), song])],
    [
      'behind tags and zeros',
      Buffer.concat([id3Tag(20), Buffer.alloc(9), id3Tag(20), Buffer.alloc(1), song]),
    ],
    ['behind zeros', Buffer.concat([Buffer.alloc(30_000), song])],
  ])('%s is one', async (_, bytes) => {
    expect(await save(pieces(bytes), path)).toMatchObject({ kind: 'mp3' });
    expect(await readFile(path)).toEqual(bytes);
  });

  test.each([
    ['a tag and nothing', id3Tag(20)],
    ['a tag and a text', Buffer.concat([id3Tag(20), Buffer.from('#EXTM3U\n')])],
    ['two tags and zeros', Buffer.concat([id3Tag(20), id3Tag(20), Buffer.alloc(10_000)])],
    ['zeros', Buffer.alloc(30_000)],
    ['more zeros than any encoder writes', Buffer.concat([Buffer.alloc(200_000), song])],
    ['nothing', Buffer.alloc(0)],
  ])('is not %s', async (_, bytes) => {
    await expect(save(pieces(bytes), path)).rejects.toMatchObject({ code: 'INVALID_MEDIA' });
  });
});
