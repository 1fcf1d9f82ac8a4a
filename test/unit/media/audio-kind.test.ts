import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { audioKind, beginsWithFrames, tagLength, tellingBytes } from '../../../src/media/audio-kind.ts';
import { id3Tag, wavTone } from '../../support/audio-files.ts';

/** MP3 frames with nothing in them: header, then zeros. */
function frames(header: readonly number[], length: number, count: number): Buffer {
  const frame = Buffer.alloc(length);
  Buffer.from(header).copy(frame);
  return Buffer.concat(Array.from({ length: count }, () => frame));
}

/** MPEG-1, 128 kbit/s, 44.1 kHz: 417 bytes a frame. */
const usual = [0xff, 0xfb, 0x90, 0x00];

describe('an MP3', () => {
  test.each([
    ['128 kbit/s, 44.1 kHz', usual, 417],
    ['the same with padding', [0xff, 0xfb, 0x92, 0x00], 418],
    ['with a checksum', [0xff, 0xfa, 0x90, 0x00], 417],
    ['320 kbit/s, 32 kHz, the longest', [0xff, 0xfb, 0xe8, 0x00], 1_440],
    ['MPEG-2, 64 kbit/s, 22.05 kHz', [0xff, 0xf3, 0x80, 0x00], 208],
    ['MPEG-2.5, 8 kbit/s, 8 kHz', [0xff, 0xe3, 0x18, 0x00], 72],
  ])('of %s is known by two frames', (_, header, length) => {
    expect(audioKind(frames(header, length, 3))).toBe('mp3');
    expect(audioKind(frames(header, length + 1, 3))).toBe('neither');
  });

  test('of one frame, or the beginning of one, is one', () => {
    expect(audioKind(frames(usual, 417, 1))).toBe('mp3');
    expect(audioKind(Buffer.from(usual))).toBe('mp3');
  });

  test('may begin with zeros, so many and no more', () => {
    const song = frames(usual, 417, 20);
    expect(audioKind(Buffer.concat([Buffer.alloc(60_000), song]))).toBe('mp3');
    expect(audioKind(Buffer.concat([Buffer.alloc(70_000), song]))).toBe('neither');
  });

  test('is not known before enough of it is there', () => {
    const song = Buffer.concat([Buffer.alloc(5_000), frames(usual, 417, 20)]);
    expect(audioKind(Buffer.alloc(0), false)).toBe('unknown');
    expect(audioKind(song.subarray(0, 5_000), false)).toBe('unknown');
    expect(audioKind(song.subarray(0, 5_100), false)).toBe('unknown');
    expect(audioKind(song, false)).toBe('mp3');
    expect(audioKind(Buffer.alloc(70_000), false)).toBe('neither');
  });

  test('may begin with a tag of any length', () => {
    const tag = id3Tag(300_000);
    expect(tagLength(tag)).toBe(tag.length);
    expect(audioKind(tag.subarray(0, tellingBytes))).toBe('mp3');
    expect(beginsWithFrames(frames(usual, 417, 2))).toBe(true);
    expect(beginsWithFrames(Buffer.from('#EXTM3U\n'))).toBe(false);
  });
});

test('a WAV is one by its first twelve bytes', () => {
  expect(audioKind(wavTone())).toBe('wav');
  expect(audioKind(wavTone().subarray(0, 12))).toBe('wav');
  expect(audioKind(wavTone().subarray(0, 11))).toBe('neither');
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['zeros', Buffer.alloc(tellingBytes)],
  ['ones', Buffer.alloc(tellingBytes, 0xff)],
  ['a playlist', Buffer.from('#EXTM3U\nhttp://127.0.0.1/x.mp3\n')],
  ['another playlist', Buffer.from('[playlist]\nFile1=/etc/passwd\n')],
  ['a page', Buffer.from('<!doctype html>')],
  ['Ogg', Buffer.from('OggS\u0000\u0002')],
  ['AVI, which is RIFF too', Buffer.from('RIFF\u0000\u0000\u0000\u0000AVI LIST')],
  ['layer II', frames([0xff, 0xfd, 0x90, 0x00], 417, 2)],
  ['a free bit rate', frames([0xff, 0xfb, 0x00, 0x00], 417, 2)],
  ['a forbidden bit rate', frames([0xff, 0xfb, 0xf0, 0x00], 417, 2)],
  ['a reserved sample rate', frames([0xff, 0xfb, 0x9c, 0x00], 417, 2)],
  ['a reserved version', frames([0xff, 0xeb, 0x90, 0x00], 417, 2)],
])('%s is neither', (_, bytes) => {
  expect(audioKind(bytes)).toBe('neither');
});

test('whatever the bytes, there is an answer, and text is never audio', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 5_000 }), (bytes) => {
      audioKind(Buffer.from(bytes));
      tagLength(Buffer.from(bytes));
    }),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      const isTagged = text.startsWith('ID3');
      if (!isTagged) expect(audioKind(Buffer.from(text, 'utf8'))).not.toBe('mp3');
    }),
  );
});
