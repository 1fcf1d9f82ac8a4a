import * as z from 'zod';
import { units } from '../core/units.ts';
import { durationFrom, sizeFrom } from './types.ts';

/** When no more calls are taken, and what becomes of those there are. */
export const stoppingKeys = {
  drain: durationFrom('0s', '7d')
    .prefault('0s')
    .describe('how long calls that live may go on when the daemon is told to stop; new ones are refused'),
  stop: z
    .enum(['hangup', 'leave'])
    .default('hangup')
    .describe(
      'what becomes of those that live even then: hung up, or left as they are for the next start to go on with; an Asterisk that `up` has brought up ends with it, and its calls are hung up',
    ),
  limit: z
    .strictObject({
      calls: atMost(100_000, 'calls').describe(
        'with so many calls no more begin, but for the legs of those that live',
      ),
      cps: atMost(10_000, 'calls a second').describe('calls that begin in a second, at most'),
      lag: durationFrom('1ms', '1m')
        .optional()
        .describe(
          'no more calls begin while timers are so late, in the mean of the last second; `100ms` can be heard',
        ),
      memory: sizeFrom('64MB', '1000TB')
        .optional()
        .describe('no more calls begin while the process takes so much memory'),
    })
    .prefault({}),
};

/** A limit that there need not be. */
function atMost(most: number, unit: string) {
  return z.coerce.number().int().min(1).max(most).register(units, { unit }).optional();
}
