import * as z from 'zod';
import { callbackState } from './callback-state.ts';
import { type QueueRecord, queueDefaults } from './queue-record.ts';
import type { QueuecallRecord } from './queuecall-record.ts';

/** What is stored of a call in a queue besides its record: all it takes to go on with it after a kill. */
export const queuecallState = z.object({
  /** The queue as it was when the call came, whose limits it keeps. */
  queue: z
    .custom<QueueRecord>((queue) => typeof queue === 'object' && queue !== null)
    .transform((queue): QueueRecord => ({ ...queueDefaults, ...queue }))
    .optional(),
  /** Until when those are left alone who were rung for it and have not taken it, by their ids. */
  resting: z.record(z.string(), z.number()).optional(),
  /** All of these, for as long as the call is in the queue. */
  refusers: z.array(z.string()).readonly().optional(),
  /** How whoever keeps his place is called back, until he is on the line again. */
  callback: callbackState.optional(),
  /** The instant from which it waits on the line, where that is not the one at which it came. */
  waitsSince: z.number().optional(),
});

export type QueuecallState = z.output<typeof queuecallState>;

/** A call in a queue that a daemon which died has left behind. */
export interface LeftQueuecall {
  readonly record: QueuecallRecord;
  readonly state: QueuecallState | undefined;
}
