import * as z from 'zod';
import { systemTime } from '../core/clock.ts';
import { defineAction } from '../flows/action.ts';
import { anyTime, isClockTime } from '../flows/clock-time.ts';
import { decide, falseTarget, operator, withoutTarget } from '../flows/condition.ts';
import { isTimeZone } from '../flows/local-time.ts';

const option = z.strictObject({
  condition: operator.describe(
    'now, compared with the fields given: the month first, then day, hour, minute; `<` with hour 17 holds until 16:59',
  ),
  minute: z.int().min(anyTime).max(59).default(anyTime).describe('0 to 59; -1: any'),
  hour: z.int().min(anyTime).max(23).default(anyTime).describe('0 to 23; -1: any'),
  day: z.int().min(anyTime).max(31).default(anyTime).describe('of the month, 1 to 31; 0 and -1: any'),
  month: z.int().min(0).max(12).default(0).describe('1 to 12; 0: any'),
  weekdays: z
    .array(z.int().min(0).max(6))
    .max(7)
    .default([])
    .meta({
      description: 'Sunday is 0, Saturday 6: on others it is false; empty: every day',
      examples: [[1, 2, 3, 4, 5]],
    }),
  timezone: z
    .string()
    .max(64)
    .refine(isTimeZone, 'expected a time zone such as Europe/Berlin')
    .default('UTC')
    .meta({ description: 'IANA name, or an offset such as +01:00', examples: ['Europe/Berlin'] }),
  false_target_id: falseTarget,
});

export default defineAction({
  type: 'condition_datetime',
  summary:
    'Compares the present with the month, day, hour and minute given, on the `weekdays` given: true goes on, false to `false_target_id`.',
  needs: 'nothing',
  option,
  example: {
    condition: '>=',
    hour: 8,
    minute: 30,
    weekdays: [1, 2, 3, 4, 5],
    timezone: 'Europe/Berlin',
    false_target_id: 'closed',
  },
  targets: ['false_target_id'],
  warnings: withoutTarget,

  run(_context, wanted) {
    return decide(isClockTime(wanted, new Date(systemTime())), wanted);
  },
});
