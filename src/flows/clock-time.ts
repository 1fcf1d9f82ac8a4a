import type * as z from 'zod';
import { holds, type operator } from './condition.ts';
import { localTime } from './local-time.ts';

/** Stands for "whichever". */
export const anyTime = -1;

/** Fields of a clock and a calendar that a moment is compared with. */
export interface ClockTime {
  readonly condition: z.output<typeof operator>;
  readonly minute: number;
  readonly hour: number;
  /** 0: any, too. */
  readonly day: number;
  /** 0: any. */
  readonly month: number;
  /** Sunday is 0; none: every day. */
  readonly weekdays: readonly number[];
  readonly timezone: string;
}

/** Whether a moment compares so with the fields that are given: the month first, then day, hour, minute. */
export function isClockTime({ condition, weekdays, timezone, ...wanted }: ClockTime, time: Date): boolean {
  const now = localTime(time, timezone);
  if (weekdays.length > 0 && !weekdays.includes(now.weekday)) return false;
  const fields: readonly (readonly [wanted: number, now: number])[] = [
    [wanted.month === 0 ? anyTime : wanted.month, now.month],
    [wanted.day === 0 ? anyTime : wanted.day, now.day],
    [wanted.hour, now.hour],
    [wanted.minute, now.minute],
  ];
  const differing = fields.find(([given, is]) => given !== anyTime && given !== is);
  return holds(condition, differing ? differing[1] - differing[0] : 0);
}
