import { stat } from 'node:fs/promises';
import { ActionError } from '../core/errors.ts';
import { ProgramFailed } from '../core/run-process.ts';
import { runSox } from '../core/sox.ts';
import type { AudioKind } from './audio-kind.ts';

export interface Conversion {
  /** Seconds. */
  readonly longest: number;
  /** The same in words. */
  readonly words: string;
  /** Effects of sox's besides. */
  readonly effects: readonly string[];
}

/** Longer audio is no prompt. */
const usual: Conversion = { longest: 3_600, words: 'an hour', effects: [] };
const headerBytes = 44;
const bytesPerSecond = 16_000;
/** An hour of MP3 takes some seconds. */
const deadline = 20_000;

/**
 * Writes audio as Asterisk plays it best: WAV, 8 kHz, 16 bit, mono. What is cut off in the middle is heard up to there.
 * @param source a path of ours; sox is told what it is and guesses nothing, so no playlist or other format is opened.
 * @throws ActionError `INVALID_MEDIA` or `MEDIA_TOO_LARGE`; ProcessError where sox cannot work, or write; the signal's reason.
 */
export async function convert(
  source: { readonly path: string; readonly kind: AudioKind },
  target: string,
  signal: AbortSignal,
  { longest, words, effects }: Conversion = usual,
): Promise<void> {
  const input = ['-t', source.kind, source.path];
  const output = ['-b', '16', '-e', 'signed-integer', '-t', 'wav', target];
  // In this order, whatever comes behind is reckoned with what is heard in the end, and of that only is what sox keeps in between.
  const bounds = ['trim', '0', String(longest + 1), 'channels', '1', 'rate', '8000', ...effects];
  try {
    await runSox([...input, ...output, ...bounds], { timeout: deadline }, signal);
  } catch (cause) {
    signal.throwIfAborted();
    if (!(cause instanceof ProgramFailed)) throw cause; // no fault of the audio
    throw new ActionError('INVALID_MEDIA', `it cannot be read as ${source.kind.toUpperCase()}`, { cause });
  }
  const { size } = await stat(target);
  if (size <= headerBytes) throw new ActionError('INVALID_MEDIA', 'there is no sound in it');
  if (size > headerBytes + longest * bytesPerSecond)
    throw new ActionError('MEDIA_TOO_LARGE', `it is longer than ${words}`);
}
