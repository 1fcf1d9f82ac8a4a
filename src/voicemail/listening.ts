import * as z from 'zod';
import { inPhases, type Phase } from '../calls/phases.ts';
import { Typing } from '../calls/typing.ts';
import { wireTime } from '../core/clock.ts';
import { ActionError, AriflowError } from '../core/errors.ts';
import { orAbort } from '../core/wait.ts';
import type { CallActionContext } from '../flows/action.ts';
import { tellFailure } from '../flows/failure.ts';
import { listeningResults, type Mailbox, type Voicemail } from '../ports/voicemail.ts';
import { type Phrase, type Texts, worded } from './phrases.ts';
import { playTake, say, type Voice } from './voice.ts';

export type ListeningResult = (typeof listeningResults)[number];

export interface Keys {
  readonly repeat: string;
  readonly save: string;
  readonly delete: string;
  readonly next: string;
  readonly end: string;
}

export interface Listening {
  readonly mailbox: Mailbox;
  readonly asksPin: boolean;
  readonly keys: Keys;
  readonly texts: Texts | undefined;
  readonly voice: Voice;
  /** Told how many there are, of those that are new and those that are not. */
  readonly onCounted: (counts: { readonly new: number; readonly saved: number }) => void;
}

const position = z.object({
  doing: z.enum(['open', 'type', 'refuse', 'sum', 'find', 'tell', 'play', 'offer', 'choose', 'finish']),
  /** How often he was asked for his PIN, or what to do. */
  asked: z.int(),
  result: z.enum(listeningResults),
  /** When he came: what he saves is not told of again. */
  since: z.string(),
  /** Which ones he hears, and the one he is at or has heard. */
  group: z.enum(['new', 'saved']),
  id: z.string(),
  place: z.string(),
  source: z.string(),
  /** What was done with the one before. */
  done: z.enum(['', 'saved', 'deleted']),
});

type Position = z.output<typeof position>;

/** So often a PIN may be wrong in one call, and so often he is asked what to do with a message. */
const mostPins = 3;
const mostAsked = 3;
/** How long each is waited for, in milliseconds. */
const pinTime = { duration: 20_000, inter_digit_timeout: 6_000 };
const patience = 8_000;

/** Opens a mailbox for whoever knows its PIN, and plays what is in it: new ones first, each until he has said what becomes of it. */
export async function listen(context: CallActionContext, listening: Listening): Promise<ListeningResult> {
  let { result } = beginning;
  await inPhases(context, { form: position, first: beginning }, async (at, phase) => {
    const next = await new Listener(context, listening, phase).go(at);
    result = next?.result ?? at.result;
    return next;
  });
  return result;
}

const beginning: Position = {
  doing: 'open',
  asked: 0,
  result: 'heard',
  since: '',
  group: 'new',
  id: '',
  place: '',
  source: '',
  done: '',
};

/** Somebody at one place in his mailbox. */
class Listener {
  readonly #context: CallActionContext;
  readonly #listening: Listening;
  readonly #phase: Phase;

  constructor(context: CallActionContext, listening: Listening, phase: Phase) {
    this.#context = context;
    this.#listening = listening;
    this.#phase = phase;
  }

  /** Where he goes on; nowhere where he is done. */
  async go(at: Position): Promise<Position | undefined> {
    switch (at.doing) {
      case 'open':
        return this.#open(at);
      case 'type':
        return this.#type(at);
      case 'refuse':
        await this.#say(at.result === 'locked' ? 'locked' : 'wrong_pin');
        return undefined;
      case 'sum':
        return this.#sum(at);
      case 'find':
        return this.#find(at);
      case 'tell':
        await this.#say(at.group === 'new' ? 'new_message' : 'saved_message', { source: at.source });
        return { ...at, doing: 'play' };
      case 'play':
        return this.#play(at);
      case 'offer':
        await this.#say('menu');
        return { ...at, doing: 'choose' };
      case 'choose':
        return this.#choose(at);
      case 'finish':
        await this.#say('no_more');
        return undefined;
      default:
        return at.doing satisfies never;
    }
  }

  /** Without a PIN it opens to those only whom the flow knows. */
  async #open(at: Position): Promise<Position> {
    const { mailbox, asksPin } = this.#listening;
    if (!asksPin) return { ...at, doing: 'sum' };
    if (!mailbox.has_pin) return { ...at, doing: 'refuse', result: 'locked' };
    await this.#say(at.asked === 0 ? 'pin' : 'wrong_pin', {}, at.asked === 0 ? [] : ['pin']);
    return { ...at, doing: 'type' };
  }

  async #type(at: Position): Promise<Position> {
    const { call, ports, signal } = this.#context;
    const { mailbox } = this.#listening;
    const wanted = { ...pinTime, length: 0, key: '#' };
    const { digits } = await new Typing({ call, ...this.#phase }, wanted).collect(signal);
    const pin = digits.replace(/#$/, '');
    const verdict = pin === '' ? 'wrong' : await orAbort(ports.mailboxes.checkPin(mailbox.id, pin), signal);
    if (verdict === 'right') return { ...at, doing: 'sum', asked: 0 };
    if (verdict === 'locked') return { ...at, doing: 'refuse', result: 'locked' };
    const asked = at.asked + 1;
    return asked < mostPins
      ? { ...at, doing: 'open', asked }
      : { ...at, doing: 'refuse', result: 'wrong_pin' };
  }

  async #sum(at: Position): Promise<Position> {
    const all = await this.#all();
    const count = (wanted: Position['group']): number => all.filter(({ status }) => status === wanted).length;
    const counts = { new: count('new'), saved: count('saved') };
    this.#listening.onCounted(counts);
    await this.#say('summary', { new: String(counts.new), saved: String(counts.saved) });
    return { ...at, doing: 'find', since: wireTime() };
  }

  /** The next one of its kind, new ones first. */
  async #find(at: Position): Promise<Position> {
    if (at.done !== '') {
      await this.#say(at.done);
      return { ...at, done: '' };
    }
    const next = (await this.#all()).find((one) => isNext(one, at));
    if (next)
      return { ...at, doing: 'tell', id: next.id, place: placeOf(next), source: nameOf(next), asked: 0 };
    return at.group === 'new' ? { ...at, group: 'saved', place: '' } : { ...at, doing: 'finish' };
  }

  async #play(at: Position): Promise<Position> {
    const { voicemails } = this.#context.ports;
    const one = (await this.#all()).find(({ id }) => id === at.id);
    if (!one) return { ...at, doing: 'find' };
    try {
      await playTake(this.#context, { recordingId: one.recording_id, phase: this.#phase });
    } catch (error) {
      this.#context.signal.throwIfAborted();
      if (!(error instanceof ActionError)) throw error;
      if (error.code === 'RECORDING_NOT_FOUND') {
        await this.#isDone(voicemails.remove(at.id)); // nobody will ever hear it
        return { ...at, doing: 'find' };
      }
      // One that cannot be heard keeps nobody from the others.
      tellFailure(this.#context, error);
    }
    return { ...at, doing: 'offer' };
  }

  async #choose(at: Position): Promise<Position | undefined> {
    const { call, ports, signal } = this.#context;
    const { voicemails } = ports;
    const { keys } = this.#listening;
    const wanted = { duration: patience, length: 1, key: '' };
    const { digits } = await new Typing({ call, ...this.#phase }, wanted).collect(signal);
    switch (digits) {
      case keys.repeat:
        return { ...at, doing: 'play', asked: 0 };
      case keys.next:
        return { ...at, doing: 'find' };
      case keys.end:
        return undefined;
      case keys.save:
        return { ...at, doing: 'find', done: (await this.#isDone(voicemails.save(at.id))) ? 'saved' : '' };
      case keys.delete:
        return {
          ...at,
          doing: 'find',
          done: (await this.#isDone(voicemails.remove(at.id))) ? 'deleted' : '',
        };
      default:
        return at.asked + 1 < mostAsked ? { ...at, doing: 'offer', asked: at.asked + 1 } : undefined;
    }
  }

  /** False where somebody else has deleted it meanwhile, or only another daemon can. */
  async #isDone(work: Promise<unknown>): Promise<boolean> {
    try {
      await orAbort(work, this.#context.signal);
      return true;
    } catch (error) {
      if (!(error instanceof AriflowError)) throw error;
      if (error.reason !== 'NOT_FOUND')
        this.#context.log.warn({ problem: error.message }, 'voicemail_not_changed');
      return false;
    }
  }

  #all(): Promise<readonly Voicemail[]> {
    const { ports, signal } = this.#context;
    return orAbort(ports.voicemails.of(this.#listening.mailbox.id), signal);
  }

  #say(
    phrase: Phrase,
    values: Readonly<Record<string, string>> = {},
    more: readonly Phrase[] = [],
  ): Promise<void> {
    const { texts, voice } = this.#listening;
    const text = [phrase, ...more].map((one) => worded(texts, one, values)).join(' ');
    return say(this.#context, voice, { text, phase: this.#phase });
  }
}

/** Whether it comes behind the one before, and was so already when he came. */
function isNext(one: Voicemail, { group, place, since }: Position): boolean {
  return one.status === group && placeOf(one) > place && (group === 'new' || one.tm_update < since);
}

function placeOf({ tm_create, id }: Voicemail): string {
  return `${tm_create} ${id}`;
}

/** A number is said digit by digit. */
function nameOf({ source: { target, target_name } }: Voicemail): string {
  return target_name || target.replace(/(?<=[0-9])(?=[0-9])/g, ' ');
}
