import * as z from 'zod';
import type { QueueRecord } from './queue-record.ts';
import type { QueuecallRecord } from './queuecall-record.ts';

/** What is stored of a call in a queue besides its record: all it takes to go on with it after a kill. */
export const queuecallState = z.object({
  /** The queue as it was when the call came, whose limits it keeps. */
  queue: z.custom<QueueRecord>((queue) => typeof queue === 'object' && queue !== null).optional(),
  /** Until when those are left alone who were rung for it and have not taken it, by their ids. */
  resting: z.record(z.string(), z.number()).optional(),
});

export type QueuecallState = z.output<typeof queuecallState>;

/** A call in a queue that a daemon which died has left behind. */
export interface LeftQueuecall {
  readonly record: QueuecallRecord;
  readonly state: QueuecallState | undefined;
}
