import { expect, test } from 'vitest';
import { checkSamples, readWav, writeWav } from '../../../src/speech/tts/wav.ts';
import { openWav, wavTone } from '../../support/audio-files.ts';
import { garbage } from '../../support/speech/speech-fault.ts';

const tone = wavTone({ rate: 24_000, channels: 2, length: 100 });
const samples = wavTone({ length: 500 }).subarray(44);

test('a WAV is read as it says, with other chunks in it, and where its writer did not know how long it is', () => {
  const { rate, channels, samples } = readWav(tone);
  expect({ rate, channels, size: samples.length }).toEqual({ rate: 24_000, channels: 2, size: 9_600 });
  for (const size of [0, 0xffff_ffff, 0x7fff_f000])
    expect(readWav(openWav(tone, size)).samples.equals(samples)).toBe(true);
  const list = Buffer.concat([Buffer.from('LIST\u0003\u0000\u0000\u0000abc\u0000', 'latin1')]);
  const other = Buffer.concat([
    tone.subarray(0, 36),
    list,
    tone.subarray(36),
    Buffer.from('LIST\u0000\u0000\u0000\u0000'),
  ]);
  expect(readWav(other).samples.equals(samples)).toBe(true);
});

test.each([
  ['nothing', Buffer.alloc(0)],
  ['a page', Buffer.from('<!doctype html><title>Bad gateway</title>')],
  ['a header alone', tone.subarray(0, 40)],
  ['what is shorter than it says', tone.subarray(0, tone.length - 2)],
  ['half of it', tone.subarray(0, tone.length / 2)],
  ['compressed samples', Buffer.concat([tone.subarray(0, 20), Buffer.of(7), tone.subarray(21)])],
  ['no samples', Buffer.concat([tone.subarray(0, 36)])],
  ['anything', garbage()],
])('%s is refused', (_, bytes) => {
  expect(() => readWav(bytes)).toThrow(expect.objectContaining({ name: 'BadAudio' }));
});

test('samples are of speech', () => {
  checkSamples(samples);
  checkSamples(Buffer.alloc(8_000)); // a long break
  const wrong = {
    nothing: Buffer.alloc(0),
    'a moment': samples.subarray(0, 200),
    'half a sample': samples.subarray(0, 4_001),
    'compressed audio': garbage(),
    'a page': Buffer.from('{"message":"Internal server error"}'.repeat(100)),
  };
  for (const [what, bytes] of Object.entries(wrong))
    expect(() => checkSamples(bytes), what).toThrow(expect.objectContaining({ name: 'BadAudio' }));
});

test('what is written is what a player reads', () => {
  expect(writeWav(samples).equals(wavTone({ length: 500 }))).toBe(true);
});
