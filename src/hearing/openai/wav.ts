import { sampleRate } from '../stt.ts';

const headerLength = 44;

/** Samples as a WAV: 16 bit, mono. */
export function wavOf(samples: Int16Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(headerLength + samples.byteLength);
  const header = Buffer.from(bytes.buffer, 0, headerLength);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(bytes.length - 8, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(1, 22);
  header.writeUInt32LE(sampleRate, 24);
  header.writeUInt32LE(2 * sampleRate, 28);
  header.writeUInt16LE(2, 32);
  header.writeUInt16LE(16, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(samples.byteLength, 40);
  bytes.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), headerLength);
  return bytes;
}
