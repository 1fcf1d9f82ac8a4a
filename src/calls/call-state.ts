import * as z from 'zod';
import type { Address } from './address.ts';
import type { Attachment } from './attachment.ts';
import { type CallRecord, hangupReasons } from './call-record.ts';
import { dialState } from './dialled.ts';
import type { Diary } from './diary.ts';
import { diaryState } from './diary-entry.ts';
import type { DigitBuffer } from './dtmf.ts';
import type { Ending } from './ending.ts';
import type { IncomingStream } from './incoming-stream.ts';
import type { KeepAliveSilence } from './keep-alive-silence.ts';
import { type Lifespan, limitState } from './lifespan.ts';
import type { PhoneHold } from './phone-hold.ts';
import type { Referral } from './referral.ts';
import type { Steps } from './steps.ts';
import { heardState } from './stream-source.ts';
import type { Whereabouts } from './whereabouts.ts';

/** What is stored of a call besides its record: all it takes to go on with it after a kill. */
export const callState = z.object({
  /** Its channel in Asterisk; of several that rang for it, the one it has now. */
  channel: z.string().min(1),
  /** The instant at which it has lasted too long. */
  until: z.number(),
  /** How long it may last from its answer on, where it was given a limit. */
  limit: limitState.optional(),
  /** Whether it is in the dialplan. */
  isElsewhere: z.boolean().default(false),
  /** Whether it is there for an action of its flow. */
  isOnErrand: z.boolean().default(false),
  /** Whether it goes on without the call it was made for. */
  isDetached: z.boolean().default(false),
  /** Whom it talks to without a flow, and in which bridge. */
  talk: z.object({ with: z.string(), bridge: z.string() }).optional(),
  /** How it is being made, until it is answered. */
  dial: dialState.optional(),
  /** Why it is being hung up, where it is, and the cause (Q.850) that is told to its party. */
  intent: z.enum(hangupReasons).optional(),
  cause: z.int().optional(),
  /** The response that a caller who was not answered is to get. */
  refusal: z.object({ code: z.int(), phrase: z.string() }).optional(),
  /** Who has sent it to where it is, where somebody has. */
  sent: z.object({ by: z.custom<Address>().optional() }).optional(),
  /** What was pressed, and used by no action yet. */
  digits: z.string().default(''),
  /** Which of those nobody but the flow is to see: `1`, else `0`. */
  hidden: z.string().default(''),
  /** How long its phone has held it so far, and since when it does. */
  held: z.object({ since: z.number(), spent: z.number() }).optional(),
  /** Whether it is sent silence where there is nothing else. */
  isSentSilence: z.boolean().default(false),
  /** The stream of its party, as it was heard last, where somebody takes its audio. */
  heard: heardState.optional(),
  /** The files it can be heard in, by the id of the recording. */
  recordedAs: z.record(z.string(), z.string()).default({}),
  /** How many things have been made for it that are no action's, and how many steps its flows have done: the numbers in ids. */
  resources: z.int().default(0),
  steps: z.int().default(0),
  /** What was done with it, and what it has met. */
  diary: diaryState.optional(),
});

export type CallState = z.output<typeof callState>;

/** As it is written. */
export type WrittenCallState = z.input<typeof callState>;

/** The parts of a call that are written down. */
interface Parts {
  readonly isUp: boolean;
  readonly isEnded: boolean;
  readonly whereabouts: Whereabouts;
  readonly attachment: Attachment;
  readonly ending: Ending;
  readonly life: Lifespan;
  readonly referral: Referral;
  readonly digits: DigitBuffer;
  readonly hold: PhoneHold;
  readonly silence: KeepAliveSilence;
  readonly incoming: IncomingStream;
  readonly steps: Steps;
  readonly diary: Diary;
  readonly recordedAs: Iterable<readonly [string, string]>;
  readonly resources: Steps;
}

export function stateOf(call: Parts): WrittenCallState {
  const { whereabouts, attachment, ending, referral, life } = call;
  return {
    channel: whereabouts.channelId,
    until: life.until,
    limit: life.limit,
    isElsewhere: whereabouts.isElsewhere,
    isOnErrand: whereabouts.isOnErrand,
    isDetached: attachment.isDetached,
    talk: attachment.talk,
    dial: call.isUp ? undefined : whereabouts.dialled?.state,
    intent: ending.intent,
    cause: ending.cause,
    refusal: ending.refusal,
    ...(referral.isSent && { sent: { by: referral.by } }),
    // What nobody has used goes with the call.
    digits: call.isEnded ? '' : call.digits.kept,
    ...(!call.isEnded && call.digits.hidden.includes('1') && { hidden: call.digits.hidden }),
    held: call.hold.clock,
    isSentSilence: call.silence.isOn,
    heard: call.incoming.source.state,
    recordedAs: Object.fromEntries(call.recordedAs),
    resources: call.resources.last,
    steps: call.steps.last,
    diary: call.diary.state,
  };
}

/** A call that a daemon which died has left behind. */
export interface LeftCall {
  readonly record: CallRecord;
  readonly state: CallState;
}
