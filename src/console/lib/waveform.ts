import { instantOf } from './format.ts';
import type { TimelineEvent } from './timeline.ts';

/** How loud a recording is from its beginning to its end: parts of its loudest moment, from 0 to 1. */
export type Wave = readonly number[];

/** So many parts a recording has. */
export const waveLength = 400;

/** What is never louder than this is quiet, and stays so in the picture. */
const quiet = 0.05;

/** In milliseconds: so exactly it is known when a recording began. */
const tolerance = 1_000;

/** Of the peaks of each channel. */
export function waveOf(channels: readonly (readonly number[])[]): Wave {
  const [first = []] = channels;
  const peaks = first.map((_, index) => Math.max(...channels.map((each) => Math.abs(each[index] ?? 0))));
  const loudest = Math.max(quiet, ...peaks);
  return peaks.map((peak) => peak / loudest);
}

/** A line for each part, in a picture that is as wide as there are parts, and 2 high. */
export function pathOf(wave: Wave): string {
  const halves = wave.map((part) => Math.max(part, 0.02));
  return halves.map((half, at) => `M${at + 0.5} ${(1 - half).toFixed(3)}V${(1 + half).toFixed(3)}`).join('');
}

/** Whether its audio is as long as it has lasted. Of a recording that has paused nobody knows here when that was. */
export function isWhole({ tm, tm_end, data }: TimelineEvent): boolean {
  const [from, to] = [instantOf(tm), instantOf(tm_end)];
  if (!from || !to) return false;
  return Math.abs(to.getTime() - from.getTime() - Number(data.duration)) < tolerance;
}
