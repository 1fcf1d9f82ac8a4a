import { sleep } from '../core/wait.ts';
import type { Capture } from './capture.ts';
import type { Segment } from './tracks.ts';

/** A write that failed is told by nobody: this often the files are looked at, in milliseconds. Asterisk writes every two seconds. */
const lookInterval = 5_000;

/**
 * Resolves when nothing is written any more of what is recorded, which nobody tells; rejects with the signal's reason.
 * @param written bytes in the shortest file of a segment
 */
export async function untilNothingIsWritten(
  capture: Pick<Capture, 'running'>,
  written: (segment: Segment) => Promise<number>,
  signal: AbortSignal,
): Promise<void> {
  let seen: Segment | undefined;
  let bytes = 0;
  for (;;) {
    await sleep(lookInterval, signal);
    const { running } = capture;
    const now = running ? await written(running) : 0;
    // A pause in between is nothing to complain of.
    const isSame = running !== undefined && running === seen && running === capture.running;
    if (isSame && now <= bytes) return;
    seen = running;
    bytes = now;
  }
}
