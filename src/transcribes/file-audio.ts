import { localTool } from '../core/local-tool.ts';
import { processOutput } from '../core/process-output.ts';

export interface AudioFile {
  readonly path: string;
  readonly channels: number;
  /** What is before is left out, in milliseconds. */
  readonly from: number;
}

/** Samples of each channel in a piece: 200 ms. */
export const pieceMs = 200;
const samplesPerMs = 8;
const bytesPerSample = 2;

/** How long sox may take for the next piece: hours of audio may have to be passed over. */
const timeout = 120_000;

/**
 * The audio of a file, whatever its format, in pieces of 200 ms: the samples of each channel, 8 000 a second. No more is read than is
 * taken.
 * @throws ProcessError; the signal's reason
 */
export async function* fileAudio(
  { path, channels, from }: AudioFile,
  signal: AbortSignal,
): AsyncGenerator<readonly Int16Array[], void> {
  const tool = localTool('sox');
  const form = ['-t', 'raw', '-e', 'signed-integer', '-b', '16', '-L', '-c', String(channels), '-r', '8000'];
  const args = [...tool.args, '-V1', '-D', path, ...form, '-', 'trim', String(from / 1_000)];
  const size = pieceMs * samplesPerMs * bytesPerSample * channels;
  let rest: Buffer = Buffer.alloc(0);
  for await (const bytes of processOutput({ ...tool, args, timeout }, signal)) {
    rest = Buffer.concat([rest, bytes]);
    for (; rest.length >= size; rest = rest.subarray(size))
      yield channelsIn(rest.subarray(0, size), channels);
  }
  if (rest.length > 0) yield channelsIn(rest, channels);
}

function channelsIn(bytes: Buffer, channels: number): readonly Int16Array[] {
  const frame = bytesPerSample * channels;
  const length = Math.floor(bytes.length / frame);
  return Array.from({ length: channels }, (_, channel) =>
    Int16Array.from({ length }, (__, index) => bytes.readInt16LE(index * frame + bytesPerSample * channel)),
  );
}
