import * as z from 'zod';
import { inPhases, type Phase } from '../calls/phases.ts';
import { Typing } from '../calls/typing.ts';
import type { CallActionContext } from '../flows/action.ts';
import type { TakeOption } from '../ports/recording-option.ts';
import { longestSpeech } from '../ports/speech.ts';
import { type Taken, takeResults } from '../ports/takes.ts';
import { playTake, say, type Voice } from './voice.ts';

const key = z.string().regex(/^[0-9*#]$/, 'expected one digit of 0-9 * #');

export const usualReview =
  'To hear your recording, press 1. To record it again, press 2. To keep it, press 3.';

/** What the caller may do with what he has said, by digits. */
export const reviewOption = z
  .strictObject({
    text: z.string().min(1).max(longestSpeech).default(usualReview).describe('what he is told'),
    listen: key.default('1').describe('he hears it'),
    again: key.default('2').describe('it is recorded anew'),
    keep: key.default('3').describe('it is kept, as where he presses nothing'),
  })
  .refine(
    ({ listen, again, keep }) => new Set([listen, again, keep]).size === 3,
    'expected three different keys',
  );

export type ReviewOption = z.output<typeof reviewOption>;

export interface Reviewed {
  readonly take: TakeOption;
  readonly voice: Voice;
  /** Without it the first one is kept. */
  readonly review?: ReviewOption | undefined;
  /** Told of the recording that is about to begin. */
  readonly onBegin?: (id: string) => void;
  /** Told of each, and of what there is of one whose call is hung up. */
  readonly onTaken: (taken: Taken) => void;
}

type Context = Pick<CallActionContext, 'call' | 'ports' | 'signal' | 'uuid'>;

const taken = z.object({ id: z.string(), duration: z.number(), result: z.enum(takeResults) });

const position = z.object({
  doing: z.enum(['record', 'ask', 'choose', 'listen']),
  take: z.int(),
  /** The last one. */
  taken: taken.optional(),
  /** How often he was asked and has chosen nothing. */
  asked: z.int(),
});

type Position = z.output<typeof position>;

const beginning: Position = { doing: 'record', take: 0, asked: 0 };

/** So often he is asked, and has so long to choose each time, in milliseconds. */
const mostAsked = 3;
const patience = 8_000;

/** Records until the caller keeps what he has said, or there is nothing to be kept; answers what is. */
export async function recordReviewed(context: Context, wanted: Reviewed, phase: Phase): Promise<Taken> {
  let kept: Taken = { id: '', duration: 0, result: 'failed' };
  await inPhases(
    phase,
    { form: position, first: beginning },
    async (at, inner): Promise<Position | undefined> => {
      if (at.doing === 'record') {
        kept = await record(context, wanted, at.take);
        const isOver = !wanted.review || kept.id === '';
        return isOver ? undefined : { ...at, doing: 'ask', taken: kept, asked: 0 };
      }
      kept = at.taken ?? kept;
      return wanted.review && ask(context, { ...wanted, review: wanted.review }, { at, phase: inner });
    },
  );
  return kept;
}

async function record(
  { call, ports, signal, uuid }: Context,
  wanted: Reviewed,
  take: number,
): Promise<Taken> {
  const { takes } = ports;
  if (take > 0) await takes.drop(uuid('recording', take - 1));
  const id = uuid('recording', take);
  wanted.onBegin?.(id);
  try {
    // What was pressed until then was not meant for what comes.
    const onEnded = (): void => call.digits.clear();
    const got = await takes.take(call, wanted.take, { id, signal, onEnded });
    wanted.onTaken(got);
    return got;
  } catch (error) {
    if (call.hangupSignal.aborted) wanted.onTaken(takes.cutOff(id, wanted.take));
    throw error;
  }
}

interface Asking {
  readonly at: Position;
  readonly phase: Phase;
}

/** Where it goes on; nowhere where it is kept. */
async function ask(
  context: Context,
  { review, voice }: Reviewed & { readonly review: ReviewOption },
  { at, phase }: Asking,
): Promise<Position | undefined> {
  const { call, signal } = context;
  switch (at.doing) {
    case 'ask':
      await say(context, voice, { text: review.text, phase });
      return { ...at, doing: 'choose' };
    case 'listen':
      await playTake(context, { recordingId: at.taken?.id ?? '', phase });
      return { ...at, doing: 'ask' };
    case 'choose': {
      const one = { duration: patience, length: 1, key: '' };
      const { digits } = await new Typing({ call, ...phase }, one).collect(signal);
      if (digits === review.keep) return undefined;
      if (digits === review.again) return { ...beginning, take: at.take + 1 };
      if (digits === review.listen) return { ...at, doing: 'listen', asked: 0 };
      return at.asked + 1 < mostAsked ? { ...at, doing: 'ask', asked: at.asked + 1 } : undefined;
    }
    case 'record':
      return at;
    default:
      return at.doing satisfies never;
  }
}
