import type { WantedRecording } from '../ports/recording-option.ts';
import type { RecordingRecord } from './recording-record.ts';
import type { Segment } from './tracks.ts';

/** A recording whose file is to be made. */
export interface Captured {
  readonly record: RecordingRecord;
  readonly segments: readonly Segment[];
  /** Milliseconds of it that are wanted: what was recorded beyond them, while no daemon was there to end it, is left out. */
  readonly most?: number | undefined;
  /** With fewer milliseconds it is not kept. */
  readonly least?: number | undefined;
}

/** How much of a recording is wanted. */
export type Bounds = Pick<Captured, 'most' | 'least'>;

/** One that has ended; without segments where a daemon that died has recorded them, and Asterisk may still be recording. */
export type Ended = Pick<Captured, 'record'> & Bounds & Partial<Captured>;

/**
 * How much is wanted of one that has ended so: the silence that has ended it is not what anybody wanted to say, and one that was as long
 * as it may be is long enough.
 */
export function boundsOf(
  { duration, end_of_silence, min_duration = 0 }: WantedRecording,
  { ended_by }: Pick<RecordingRecord, 'ended_by'>,
): Bounds {
  const silence = ended_by === 'silence' ? end_of_silence : 0;
  const isWhole = ended_by === 'duration';
  return {
    ...(duration > 0 && { most: duration * 1_000 }),
    ...(min_duration > 0 && !isWhole && { least: (min_duration + silence) * 1_000 }),
  };
}
