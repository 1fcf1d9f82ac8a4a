import * as z from 'zod';
import type { Notes } from '../calls/notes.ts';
import { now } from '../core/clock.ts';

const progress = z.object({ end: z.number() });

/** When a time is over that begins now; of an action that is begun again, the time that had begun before. */
export function keptEnd({ keep, left }: Notes, duration: number): number {
  const before = left(progress);
  const end = before?.end ?? now() + duration;
  if (!before) keep({ end });
  return end;
}
