import { wavHeader, wavHeaderBytes } from '../../core/wav-header.ts';
import { sampleRate } from '../stt.ts';

/** Samples as a WAV: 16 bit, mono. */
export function wavOf(samples: Int16Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(wavHeaderBytes + samples.byteLength);
  bytes.set(wavHeader(samples.byteLength, { rate: sampleRate }));
  bytes.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength), wavHeaderBytes);
  return bytes;
}
