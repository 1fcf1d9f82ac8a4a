import { localTool } from '../../src/core/local-tool.ts';
import { runProcess } from '../../src/core/run-process.ts';

export interface Wav {
  readonly rate: number;
  /** The samples of each channel, from left to right. */
  readonly channels: readonly Int16Array[];
}

/** A WAV of 16-bit PCM as sox writes it. @throws SyntaxError for what is none */
export function readWav(bytes: Buffer): Wav {
  const isWav = bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 36, 40) === 'data';
  if (!isWav || bytes.readUInt16LE(20) !== 1 || bytes.readUInt16LE(34) !== 16)
    throw new SyntaxError('not a WAV of 16-bit PCM');
  const size = bytes.readUInt32LE(40);
  if (size !== bytes.length - 44)
    throw new SyntaxError(`${size} bytes announced, ${bytes.length - 44} there`);
  const count = bytes.readUInt16LE(22);
  const frames = size / (2 * count);
  const channels = Array.from({ length: count }, (_, channel) =>
    Int16Array.from({ length: frames }, (_, frame) => bytes.readInt16LE(44 + (frame * count + channel) * 2)),
  );
  return { rate: bytes.readUInt32LE(24), channels };
}

/** Audio of another format as a WAV, read by the same sox that the daemon uses. */
export async function wavOf(bytes: Buffer, format: string): Promise<Wav> {
  const { command, args, env } = localTool('sox');
  const convert = ['-V1', '-t', format, '-', '-t', 'raw', '-e', 'signed', '-b', '16', '-c', '2', '-'];
  const raw = await runProcess(
    { command, args: [...args, ...convert], env, input: bytes, timeout: 60_000, maxOutput: 10_000_000 },
    new AbortController().signal,
  );
  const channels = [0, 1].map((channel) =>
    Int16Array.from({ length: raw.length / 4 }, (_, frame) => raw.readInt16LE(frame * 4 + channel * 2)),
  );
  return { rate: 8_000, channels };
}
