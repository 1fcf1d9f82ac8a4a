import * as z from 'zod';
import { isMedia } from '../calls/media-uri.ts';
import { inPhases, type Phase } from '../calls/phases.ts';
import { orAbort } from '../core/wait.ts';
import type { CallActionContext } from '../flows/action.ts';
import { tellFailure } from '../flows/failure.ts';
import type { TakeOption } from '../ports/recording-option.ts';
import type { Taken } from '../ports/takes.ts';
import type { leavingResults, Mailbox, Voicemail } from '../ports/voicemail.ts';
import { type Texts, worded } from './phrases.ts';
import { type ReviewOption, recordReviewed } from './review.ts';
import { playMedia, say, type Voice } from './voice.ts';

export interface Left {
  readonly id: string;
  readonly recordingId: string;
  readonly duration: number;
  readonly result: (typeof leavingResults)[number];
}

export interface Leaving {
  readonly mailbox: Mailbox;
  /** Instead of that of the mailbox; a text, or what can be played; empty: the mailbox's. */
  readonly greeting: string;
  readonly take: TakeOption;
  readonly voice: Voice;
  readonly review: ReviewOption | undefined;
  readonly texts: Texts | undefined;
  /** Told whenever more of it is known. */
  readonly onLeft: (left: Left) => void;
}

const position = z.enum(['begin', 'greet', 'record', 'refuse']);

type Position = z.output<typeof position>;

const first: Position = 'begin';

/** Greets the caller, and records what he says: it stays where he hangs up, and where the flow is taken elsewhere. */
export async function leaveWord(context: CallActionContext, leaving: Leaving): Promise<void> {
  const { ports, signal, uuid } = context;
  const { voicemails } = ports;
  const id = uuid('voicemail');
  let isFull = false;
  let taken: Taken | undefined;
  const parting: Parting = { id, leaving, onTaken: (got) => (taken = got) };
  try {
    await inPhases(context, { form: position, first }, async (at, phase) => {
      const next = await goOn(context, parting, { at, phase });
      isFull = at === 'refuse';
      return next;
    });
  } catch (error) {
    if (taken) leaving.onLeft(cutOff(id, taken));
    void voicemails.settle(id).catch(() => undefined); // the next start does it as well
    throw error;
  }
  const voicemail = await orAbort(voicemails.settle(id), signal);
  leaving.onLeft(isFull ? { ...nothing, result: 'full' } : leftOf(voicemail, taken));
}

interface Parting {
  readonly id: string;
  readonly leaving: Leaving;
  readonly onTaken: (taken: Taken) => void;
}

interface Step {
  readonly at: Position;
  readonly phase: Phase;
}

async function goOn(
  context: CallActionContext,
  { id, leaving, onTaken }: Parting,
  { at, phase }: Step,
): Promise<Position | undefined> {
  const { call, ports, signal } = context;
  const { voicemails } = ports;
  const { mailbox, take, voice, review, texts } = leaving;
  switch (at) {
    case 'begin':
      return (await orAbort(voicemails.begin(call, mailbox.id, id), signal)) ? 'greet' : 'refuse';
    case 'greet':
      await greet(context, leaving, phase);
      return 'record';
    case 'record': {
      const onBegin = (recordingId: string): void => voicemails.follow(id, recordingId);
      await recordReviewed(context, { take, voice, review, onBegin, onTaken }, phase);
      return undefined;
    }
    case 'refuse':
      await say(context, voice, { text: worded(texts, 'full'), phase });
      return undefined;
    default:
      return at satisfies never;
  }
}

/** A greeting that cannot be heard keeps nobody from leaving word. */
async function greet(context: CallActionContext, leaving: Leaving, phase: Phase): Promise<void> {
  const { call, ports, signal } = context;
  const { greeting, mailbox, voice, texts } = leaving;
  const text = greeting || mailbox.greeting || worded(texts, 'greeting');
  try {
    const media = (): Promise<string> => ports.media.fetch(text, signal, voice.language);
    if (isMedia(text)) await playMedia(context, { media, phase });
    else await say(context, voice, { text, phase });
  } catch (error) {
    signal.throwIfAborted();
    tellFailure(context, error);
  }
  // Whoever has skipped it has not ended what he is about to say.
  call.digits.clear();
}

const nothing = { id: '', recordingId: '', duration: 0 } as const;

function leftOf(voicemail: Voicemail | undefined, taken: Taken | undefined): Left {
  if (!voicemail) return { ...nothing, result: taken?.result === 'short' ? 'short' : 'failed' };
  const { id, recording_id: recordingId, duration } = voicemail;
  return { id, recordingId, duration, result: 'kept' };
}

/** Of a caller who has hung up; whether there is a file is known later. */
function cutOff(id: string, { id: recordingId, duration }: Taken): Left {
  return recordingId === '' ? { ...nothing, result: 'short' } : { id, recordingId, duration, result: 'kept' };
}
