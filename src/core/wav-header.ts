/** Of a WAV with linear samples and nothing else. */
export const wavHeaderBytes = 44;

const bytesPerSample = 2;

/** The header of a WAV of 16-bit samples, low byte first: so many bytes of them follow. */
export function wavHeader(
  dataBytes: number,
  { rate, channels = 1 }: { readonly rate: number; readonly channels?: number },
): Buffer {
  const frame = channels * bytesPerSample;
  const header = Buffer.alloc(wavHeaderBytes);
  header.write('RIFF', 0, 'latin1');
  header.writeUInt32LE(wavHeaderBytes - 8 + dataBytes, 4);
  header.write('WAVEfmt ', 8, 'latin1');
  header.writeUInt32LE(16, 16);
  header.writeUInt16LE(1, 20); // PCM
  header.writeUInt16LE(channels, 22);
  header.writeUInt32LE(rate, 24);
  header.writeUInt32LE(rate * frame, 28);
  header.writeUInt16LE(frame, 32);
  header.writeUInt16LE(8 * bytesPerSample, 34);
  header.write('data', 36, 'latin1');
  header.writeUInt32LE(dataBytes, 40);
  return header;
}
