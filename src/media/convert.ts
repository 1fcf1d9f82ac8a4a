import { stat } from 'node:fs/promises';
import { ActionError } from '../core/errors.ts';
import { OutputLost, runSox } from '../core/sox.ts';
import type { AudioKind } from './audio-kind.ts';

/** Seconds. Longer audio is no prompt. */
const longest = 3_600;
const headerBytes = 44;
const bytesPerSecond = 16_000;
/** An hour of MP3 takes some seconds. */
const deadline = 20_000;

/**
 * Writes audio as Asterisk plays it best: WAV, 8 kHz, 16 bit, mono. What is cut off in the middle is heard up to there.
 * @param source a path of ours; sox is told what it is and guesses nothing, so no playlist or other format is opened.
 * @throws ActionError `INVALID_MEDIA` or `MEDIA_TOO_LARGE`; `OutputLost`; the signal's reason.
 */
export async function convert(
  source: { readonly path: string; readonly kind: AudioKind },
  target: string,
  signal: AbortSignal,
): Promise<void> {
  const input = ['-t', source.kind, source.path];
  const output = ['-r', '8000', '-c', '1', '-b', '16', '-e', 'signed-integer', '-t', 'wav', target];
  const bounds = ['trim', '0', String(longest + 1)];
  try {
    await runSox([...input, ...output, ...bounds], { timeout: deadline }, signal);
  } catch (cause) {
    signal.throwIfAborted();
    if (cause instanceof OutputLost) throw cause;
    throw new ActionError('INVALID_MEDIA', `it cannot be read as ${source.kind.toUpperCase()}`, { cause });
  }
  const { size } = await stat(target);
  if (size <= headerBytes) throw new ActionError('INVALID_MEDIA', 'there is no sound in it');
  if (size > headerBytes + longest * bytesPerSecond)
    throw new ActionError('MEDIA_TOO_LARGE', 'it is longer than an hour');
}
