import * as z from 'zod';
import type { ConfbridgeRecord } from './confbridge-record.ts';
import type { ConferencecallRecord } from './conferencecall-record.ts';

/** What is stored of a confbridge besides its record: all it takes to go on with it after a kill. */
export const confbridgeState = z.object({
  /** Its bridge in Asterisk was made at this step of this call, and has ids of that. */
  room: z.object({ callId: z.string(), step: z.int() }).optional(),
  /** How many things have been said to all in it. */
  announced: z.int().optional(),
  /** Whether somebody has been in it who starts it. */
  isStarted: z.boolean().optional(),
  /** Those who are in it, by the ids of their calls. */
  members: z
    .record(
      z.string(),
      z.object({ isMuted: z.boolean(), tmJoin: z.string(), endsIt: z.boolean().optional() }),
    )
    .optional(),
});

export type ConfbridgeState = z.output<typeof confbridgeState>;

/** A confbridge that a daemon which died has left behind. */
export interface LeftConfbridge {
  readonly record: ConfbridgeRecord;
  readonly state: ConfbridgeState | undefined;
}

/** The same of a call in a conference: the confbridge of that. */
export const conferencecallState = z.object({ confbridge_id: z.string().optional() });

export type ConferencecallState = z.output<typeof conferencecallState>;

export interface LeftConferencecall {
  readonly record: ConferencecallRecord;
  readonly state: ConferencecallState | undefined;
}
