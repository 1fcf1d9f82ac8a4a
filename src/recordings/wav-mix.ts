import { closeSync, fsyncSync, openSync, writeSync } from 'node:fs';
import { wavHeader, wavHeaderBytes } from '../core/wav-header.ts';
import { type RawPart, RawSource } from './raw-source.ts';
import { rawFormat } from './tracks.ts';

export interface WavMix {
  /** Stretch after stretch; in each the channels of the file, from left to right. */
  readonly segments: readonly (readonly RawPart[])[];
  readonly channels: number;
  readonly target: string;
  /** Samples, at most; any number unless given. */
  readonly most?: number | undefined;
}

/** Samples of each channel at a time. */
const block = 16_000;
const sampleRate = rawFormat.samplesPerMs * 1_000;

/**
 * Writes the WAV of a recording, each segment in step and one after the other; answers its length in samples. Where one side ends
 * before another, silence follows. It does not return before all is done: for a thread of its own.
 * @throws what the file system says
 */
export function writeWav({ segments, channels, target, most = Number.POSITIVE_INFINITY }: WavMix): number {
  const output = openSync(target, 'w');
  try {
    writeAll(output, Buffer.alloc(wavHeaderBytes));
    let samples = 0;
    for (const parts of segments) samples += writeSegment(output, parts, most - samples);
    writeAll(output, header(samples, channels), 0);
    fsyncSync(output);
    return samples;
  } finally {
    closeSync(output);
  }
}

function writeSegment(output: number, parts: readonly RawPart[], most: number): number {
  const sources: RawSource[] = [];
  try {
    for (const part of parts) sources.push(new RawSource(part));
    const length = Math.min(most, Math.max(...sources.map((source) => source.length)));
    for (let at = 0; at < length; at += block) {
      const count = Math.min(block, length - at);
      const mixed = new Int16Array(count * sources.length);
      for (const [channel, source] of sources.entries()) {
        const piece = source.take(count);
        for (let index = 0; index < count; index++)
          mixed[index * sources.length + channel] = piece[index] ?? 0;
      }
      writeAll(output, Buffer.from(mixed.buffer));
    }
    return length;
  } finally {
    for (const source of sources) source[Symbol.dispose]();
  }
}

/** A disk that is nearly full takes a part. */
function writeAll(file: number, bytes: Buffer, position: number | null = null): void {
  for (let done = 0; done < bytes.length; )
    done += writeSync(file, bytes, done, bytes.length - done, position === null ? null : position + done);
}

function header(samples: number, channels: number): Buffer {
  return wavHeader(samples * channels * rawFormat.bytesPerSample, { rate: sampleRate, channels });
}
