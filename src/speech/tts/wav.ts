import { wavHeader } from '../../core/wav-header.ts';

/** What Asterisk plays as it is. */
export const telephoneRate = 8_000;

export interface WavAudio {
  readonly rate: number;
  readonly channels: number;
  /** Linear, 16 bit, low byte first. */
  readonly samples: Buffer;
}

/** What came is no whole audio: another format, cut, or without a sound. The message says which. */
export class BadAudio extends Error {
  override readonly name = 'BadAudio';
}

/** Sizes that mean "until the end": whoever streams does not know them when he writes the header. */
const openSizes: readonly number[] = [0, 0x7fff_f000, 0x7fff_ffff, 0xffff_f000, 0xffff_ffff];
/** A fiftieth of a second; nobody says anything in less. */
const leastSamples = telephoneRate / 50;
/** Ten seconds tell what it is. */
const judged = telephoneRate * 10;

/**
 * Reads a WAV of 16-bit samples. One that says how long it is, and is shorter, was cut.
 * @throws BadAudio
 */
export function readWav(bytes: Buffer): WavAudio {
  if (bytes.toString('latin1', 0, 4) !== 'RIFF' || bytes.toString('latin1', 8, 12) !== 'WAVE')
    throw new BadAudio('it is no WAV');
  let format: Pick<WavAudio, 'rate' | 'channels'> | undefined;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const [name, size, content] = [bytes.toString('latin1', at, at + 4), bytes.readUInt32LE(at + 4), at + 8];
    if (name === 'fmt ') format = formatOf(bytes.subarray(content, content + size));
    if (name === 'data') {
      if (!format) throw new BadAudio('it does not say what its samples are');
      const rest = bytes.subarray(content);
      if (openSizes.includes(size)) return { ...format, samples: wholeSamples(rest) };
      if (size > rest.length) throw new BadAudio('it is cut');
      return { ...format, samples: wholeSamples(rest.subarray(0, size)) };
    }
    at = content + size + (size % 2);
  }
  throw new BadAudio('it has no samples');
}

/** 1: linear samples; 0xFFFE: the same, where its longer form says so. */
function formatOf(chunk: Buffer): Pick<WavAudio, 'rate' | 'channels'> {
  if (chunk.length < 16) throw new BadAudio('it is cut');
  const tag = chunk.readUInt16LE(0);
  const format = tag === 0xfffe && chunk.length >= 26 ? chunk.readUInt16LE(24) : tag;
  if (format !== 1 || chunk.readUInt16LE(14) !== 16)
    throw new BadAudio('its samples are not linear ones of 16 bit');
  const [channels, rate] = [chunk.readUInt16LE(2), chunk.readUInt32LE(4)];
  if (channels < 1 || channels > 2 || rate < 4_000 || rate > 192_000)
    throw new BadAudio('it has a rate or channels that nobody speaks in');
  return { channels, rate };
}

function wholeSamples(bytes: Buffer): Buffer {
  return bytes.subarray(0, bytes.length - (bytes.length % 2));
}

/**
 * Makes sure that these are samples of speech: enough of them, whole ones, and not the bytes of anything else.
 * @throws BadAudio
 */
export function checkSamples(samples: Buffer): void {
  if (samples.length % 2 !== 0) throw new BadAudio('it is cut inside a sample');
  if (samples.length / 2 < leastSamples) throw new BadAudio('there is no sound in it');
  if (!isSpeech(samples)) throw new BadAudio('it is no speech');
}

/**
 * Compressed or random bytes, taken for samples, change their sign every other time, loudly; text never does. Speech is about zero,
 * and slower.
 */
function isSpeech(samples: Buffer): boolean {
  const count = Math.min(samples.length / 2, judged);
  let [turns, sum, energy, last] = [0, 0, 0, 0];
  for (let at = 0; at < 2 * count; at += 2) {
    const sample = samples.readInt16LE(at);
    if (sample < 0 !== last < 0) turns++;
    sum += sample;
    energy += sample * sample;
    last = sample;
  }
  const loudness = Math.sqrt(energy / count);
  return loudness < 5_000 || (turns < 0.4 * count && Math.abs(sum / count) < loudness / 2);
}

/** Samples of telephone audio as a file. */
export function writeWav(samples: Buffer): Buffer {
  return Buffer.concat([wavHeader(samples.length, { rate: telephoneRate }), samples]);
}
