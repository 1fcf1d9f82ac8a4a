import { open, rename, rm, stat } from 'node:fs/promises';
import { OutputLost, runSox, samplesIn } from '../core/sox.ts';
import type { RecordingFormat } from '../ports/recording-option.ts';
import { rawFormat } from './tracks.ts';
import type { WavMix } from './wav-mix.ts';
import { mixToWav, WavNotWritten } from './wav-thread.ts';

export interface Assembly extends Omit<WavMix, 'target'> {
  readonly format: RecordingFormat;
  /** The file to be made; it appears whole. */
  readonly target: string;
}

/** Hours of audio are made into MP3 in minutes. */
const deadline = 10 * 60_000;

/** A file is shorter than what it was made of: the disk is full, or broken. */
export class IncompleteFile extends Error {
  override readonly name = 'IncompleteFile';
}

/**
 * Makes the file of a recording from those of Asterisk, and resolves to its length in milliseconds.
 * @throws WavNotWritten, IncompleteFile, ProcessError or the file system's own; the signal's reason
 */
export async function assemble(
  { segments, channels, format, target, most }: Assembly,
  signal: AbortSignal,
): Promise<number> {
  // sox goes by the ending.
  const wav = `${target}.part.wav`;
  const converted = `${target}.part.${format}`;
  try {
    const samples = await mixToWav({ segments, channels, target: wav, most }, signal);
    if (format !== 'wav') await convert({ wav, format, samples, target: converted }, signal);
    await rename(converted, target);
    return Math.round(samples / rawFormat.samplesPerMs);
  } finally {
    for (const draft of [wav, converted]) await rm(draft, { force: true });
  }
}

interface Conversion {
  readonly wav: string;
  readonly format: RecordingFormat;
  readonly samples: number;
  readonly target: string;
}

async function convert({ wav, format, samples, target }: Conversion, signal: AbortSignal): Promise<void> {
  await runSox(['-t', 'wav', wav, '-t', format, target], { timeout: deadline }, signal);
  // Of a full disk sox may say nothing: what it has written is looked at.
  const written = samples === 0 ? 0 : await samplesIn(target, signal);
  if (!(written >= samples)) throw new IncompleteFile(`${(await stat(target)).size} bytes of ${format}`);
  await using file = await open(target);
  await file.sync();
}

/** Whether an error of making a file is one of the disk. */
export function isOfDisk(error: unknown): boolean {
  const isOurs = [WavNotWritten, IncompleteFile, OutputLost].some((kind) => error instanceof kind);
  return isOurs || (error instanceof Error && 'syscall' in error);
}
