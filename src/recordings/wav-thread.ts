import { Worker } from 'node:worker_threads';
import { programFile } from '../core/package-files.ts';
import { onAbort } from '../core/wait.ts';
import type { WavMix } from './wav-mix.ts';

export type WavAnswer = { readonly samples: number } | { readonly failure: string };

/** The audio could not be read or written: the disk is full, or broken. */
export class WavNotWritten extends Error {
  override readonly name = 'WavNotWritten';
}

const program = programFile('recordings/wav-worker');

/**
 * Writes a WAV in a thread of its own and resolves to its length in samples.
 * @throws WavNotWritten; the signal's reason
 */
export async function mixToWav(mix: WavMix, signal: AbortSignal): Promise<number> {
  signal.throwIfAborted();
  const { promise, resolve, reject } = Promise.withResolvers<WavAnswer>();
  // Options of the process (`--input-type`, `--inspect-brk`) are none of this thread's.
  const worker = new Worker(program, { workerData: mix, execArgv: [] });
  worker.on('message', resolve);
  worker.on('error', reject);
  worker.on('exit', () => reject(new WavNotWritten('the thread ended')));
  using _ = onAbort(signal, () => reject(signal.reason));
  try {
    const answer = await promise;
    if ('failure' in answer) throw new WavNotWritten(answer.failure);
    return answer.samples;
  } finally {
    await worker.terminate();
  }
}
