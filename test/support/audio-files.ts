import { localTool } from '../../src/core/local-tool.ts';
import { runProcess } from '../../src/core/run-process.ts';

export interface WavShape {
  readonly rate?: number;
  readonly channels?: number;
  /** Milliseconds. */
  readonly length?: number;
  /** Hertz. */
  readonly frequency?: number;
}

/** A WAV of one tone in every channel, 16 bit. */
export function wavTone({
  rate = 8_000,
  channels = 1,
  length = 500,
  frequency = 440,
}: WavShape = {}): Buffer {
  const frames = Math.round((rate * length) / 1_000);
  const data = Buffer.alloc(frames * channels * 2);
  for (let frame = 0; frame < frames; frame++) {
    const sample = Math.round(8_000 * Math.sin((2 * Math.PI * frequency * frame) / rate));
    for (let channel = 0; channel < channels; channel++)
      data.writeInt16LE(sample, (frame * channels + channel) * 2);
  }
  return Buffer.concat([wavHeader(data.length, rate, channels), data]);
}

/** The 44 bytes before `size` bytes of samples. */
export function wavHeader(size: number, rate = 8_000, channels = 1): Buffer {
  const header = Buffer.alloc(44);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(36 + size, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20);
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * channels * 2, 28);
  header.writeUInt16LE(channels * 2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(size, 40);
  return header;
}

/** A WAV whose writer did not come back to say how long it is. */
export function openWav(wav: Buffer, length = 0): Buffer {
  const open = Buffer.from(wav);
  open.writeUInt32LE(length, 4);
  open.writeUInt32LE(length, 40);
  return open;
}

/** The same as RF64 (EBU Tech 3306): its sizes stand in a chunk of their own. */
export function rf64(wav: Buffer): Buffer {
  const sizes = Buffer.alloc(36);
  sizes.write('ds64', 0, 'latin1');
  sizes.writeUInt32LE(28, 4);
  sizes.writeBigUInt64LE(BigInt(wav.length + 28), 8);
  sizes.writeBigUInt64LE(BigInt(wav.length - 44), 16);
  const open = openWav(wav, 0xffff_ffff);
  open.write('RF64', 0, 'latin1');
  return Buffer.concat([open.subarray(0, 12), sizes, open.subarray(12)]);
}

/** A WAV as an MP3, made by the same sox that the daemon uses. */
export function mp3Of(wav: Buffer): Promise<Buffer> {
  return madeInto('mp3', wav);
}

/** The same as Ogg Vorbis. */
export function oggOf(wav: Buffer): Promise<Buffer> {
  return madeInto('ogg', wav);
}

async function madeInto(type: 'mp3' | 'ogg', wav: Buffer): Promise<Buffer> {
  const { command, args, env } = localTool('sox');
  const convert = ['-V1', '-t', 'wav', '-', '-t', type, '-'];
  const program = { command, args: [...args, ...convert], env, input: wav };
  return await runProcess(
    { ...program, timeout: 60_000, maxOutput: 10_000_000 },
    new AbortController().signal,
  );
}

/** An ID3v2 tag with a picture of so many bytes, as players' files begin. */
export function id3Tag(bytes: number): Buffer {
  const tag = Buffer.alloc(10 + bytes, 'x');
  tag.write('ID3\u0003\u0000\u0000', 0, 'latin1');
  for (let index = 0; index < 4; index++) tag[6 + index] = (bytes >> (7 * (3 - index))) & 0x7f;
  return tag;
}
