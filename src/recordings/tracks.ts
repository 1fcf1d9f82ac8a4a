import type { Direction } from '../ari/requests.ts';
import type { RecordingChannels } from '../ports/recording-option.ts';

/** What one of Asterisk's files holds: 8 000 samples a second of 16 bit, one channel, no header. */
export const rawFormat = { name: 'sln', samplesPerMs: 8, bytesPerSample: 2, bytesPerMs: 16 } as const;

/** One side of the call over one stretch of time: a file of Asterisk's. Times are its own, in milliseconds since 1970. */
export interface Track {
  /** As Asterisk knows it: the file's name without its ending. */
  readonly name: string;
  readonly startedAt: number;
  /** `undefined` while it is recorded, and where nobody has told. */
  readonly endedAt: number | undefined;
}

/** What was recorded between two pauses, in the order of the channels of the file to be. */
export type Segment = readonly Track[];

const sides: Readonly<Record<RecordingChannels, readonly Direction[]>> = {
  stereo: ['in', 'out'],
  mixed: ['both'],
  in: ['in'],
  out: ['out'],
};

/** What is recorded, each by itself, seen from the call: `in` is what its party says. */
export function sidesOf(channels: RecordingChannels): readonly Direction[] {
  return sides[channels];
}
