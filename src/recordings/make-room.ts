import { messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import type { Recordings } from './recordings.ts';

export interface MakingRoom {
  readonly recordings: Pick<Recordings, 'shrink'>;
  /** How much all files together may take, in bytes. */
  readonly most: number;
  /** Resolves when every change told so far is stored. */
  readonly stored: (signal: AbortSignal) => Promise<void>;
  readonly log: Pick<Log, 'warn'>;
}

/** So many of the oldest make room for a new one; where that is not enough, the next sweep goes on. */
const mostAtOnce = 20;

/** Deletes old recordings where there is too much of them. */
export async function makeRoom(
  { recordings, most, stored, log }: MakingRoom,
  signal: AbortSignal,
): Promise<void> {
  try {
    await stored(signal);
    await recordings.shrink(most, mostAtOnce);
  } catch (error) {
    signal.throwIfAborted();
    log.warn({ kind: 'recordings_size', error: messageOf(error) }, 'old_records_not_deleted');
  }
}
