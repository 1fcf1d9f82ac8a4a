import { durationText } from '../lib/format.ts';

/** One thing that has happened, as `POST /v1.0/flows/simulate` tells it. */
export interface Step {
  readonly at: number;
  readonly kind: string;
  readonly id?: string;
  readonly type?: string;
  /** Of the action before, in the same activeflow. */
  readonly from?: string;
  readonly [field: string]: unknown;
}

export interface Simulated {
  readonly ended: { readonly how: string; readonly reason: string; readonly at: number };
  readonly good: boolean;
  readonly steps: readonly Step[];
}

/** What the caller does where something waits for him. */
export type Reaction =
  | { readonly press: string }
  | { readonly say: string }
  | { readonly wait: true }
  | { readonly hangup: true };

/** As far as a simulated call has come by what its caller has done. */
export interface Come {
  readonly steps: readonly Step[];
  /** What waits for him; nothing: the call is over. */
  readonly waiting: Step | undefined;
  /** Keys that this has got already, and are not enough for it. */
  readonly typed: string;
}

/** A caller takes so long to begin, in milliseconds. What comes later than that after his keys came because he pressed no more of them. */
const thought = 500;

/**
 * The call up to where it waits for something that the caller has not done yet. `isDone`: he presses no more keys than he
 * has pressed.
 */
export function comeSoFar({ steps }: Simulated, does: readonly Reaction[], isDone: boolean): Come {
  const inputs = steps.flatMap(({ kind }, index) => (kind === 'input' ? [index] : []));
  const last = inputs[does.length - 1];
  const reaction = does.at(-1);
  if (last !== undefined && reaction && 'press' in reaction && !isDone && !isEnough(steps, last))
    return { steps: steps.slice(0, last + 1), waiting: steps[last], typed: reaction.press };
  const next = inputs[does.length];
  return next === undefined
    ? { steps, waiting: undefined, typed: '' }
    : { steps: steps.slice(0, next), waiting: steps[next], typed: '' };
}

/** Whether what had waited went on with the last of the keys that were pressed. */
function isEnough(steps: readonly Step[], index: number): boolean {
  const pressed = steps[index]?.at ?? 0;
  const next = steps.slice(index + 1).find(({ kind }) => kind !== 'event');
  return next === undefined || beginOf(next) - pressed <= thought;
}

/** A step comes when it is over; what was heard has begun before. */
function beginOf({ at, heard }: Step): number {
  return typeof heard === 'number' ? at - heard : at;
}

/** The ids of the actions of the flow itself that it has come to, one after the other. */
export function wayOf(steps: readonly Step[]): readonly string[] {
  return steps.flatMap(({ kind, id, flow }) =>
    kind === 'action' && id !== undefined && isOfNone(flow) ? [id] : [],
  );
}

/** Of the time of the call passes so much faster what is looked at; in milliseconds a step lasts at least and at most that long. */
const pace = { faster: 12, least: 40, most: 350 };

/** So many steps that are read are looked at one by one since the caller did something last; what goes on longer may go on for ever. */
const patience = 100;

/** How long it takes until one more step than so many is shown, in milliseconds; `undefined`: nobody waits for all the others. */
export function pauseBefore(steps: readonly Step[], shown: number): number | undefined {
  const since = steps.slice(0, shown).findLastIndex(({ kind }) => kind === 'input') + 1;
  if (steps.slice(since, shown).filter(isRead).length >= patience) return undefined;
  const [before, next] = [steps[shown - 1], steps[shown]];
  if (next === undefined || !isRead(next)) return 0;
  const time = (next.at - (before?.at ?? 0)) / pace.faster;
  return Math.min(pace.most, Math.max(pace.least, time));
}

function isRead({ kind }: Step): boolean {
  return kind !== 'event' && kind !== 'way';
}

/** Of the flow that was sent: it is stored nowhere. */
function isOfNone(flow: unknown): boolean {
  return typeof flow === 'string' && /^[0-]*$/.test(flow);
}

/** A line of what is to be read. */
export interface Line {
  readonly at: string;
  readonly kind: 'heard' | 'caller' | 'action' | 'bad' | 'other';
  readonly text: string;
}

/** What people read of it; ways and events are seen elsewhere. */
export function linesOf(steps: readonly Step[]): readonly Line[] {
  return steps.flatMap((step) => {
    const line = lineOf(step);
    return line ? [{ at: durationText(beginOf(step)), ...line }] : [];
  });
}

function lineOf(step: Step): Omit<Line, 'at'> | undefined {
  const { kind, type = '', id = '' } = step;
  const word = (field: string): string => String(step[field] ?? '');
  switch (kind) {
    case 'heard':
      return { kind: 'heard', text: step.isSpeech ? `“${word('text')}”` : `♪ ${word('text')}` };
    case 'input':
      // That he hangs up is told when the call is over.
      return word('did') === 'hangup' ? undefined : { kind: 'caller', text: deed(word('did'), word('what')) };
    case 'action':
      return { kind: 'action', text: `${type.replaceAll('_', ' ')} ${id}`.trim() };
    case 'failed':
      return { kind: 'bad', text: `${type.replaceAll('_', ' ')} ${id} has failed: ${word('message')}` };
    case 'request':
      return {
        kind: 'other',
        text: `${word('method')} ${word('url')} → ${word('status') === '0' ? 'no reply' : word('status')}`,
      };
    case 'called':
      return { kind: 'other', text: `calls ${word('endpoint').replace(/^PJSIP\//, '')}: ${word('answers')}` };
    case 'event':
      return word('type') === 'message_created' ? { kind: 'other', text: messageText(step) } : undefined;
    case 'planned':
      return { kind: 'other', text: `later: ${word('what').replaceAll('_', ' ')}` };
    case 'assumed':
      return { kind: 'other', text: `assumed: ${word('what')}` };
    case 'hungup':
      return step.by === 'caller' ? { kind: 'caller', text: 'The caller hangs up' } : undefined;
    case 'answered':
      return { kind: 'other', text: 'The call is answered' };
    default:
      return undefined;
  }
}

function messageText({ data }: Step): string {
  const { text, targets = [] } = data as MessageData; // as the simulator tells it
  const to = targets.map(({ target }) => target).join(', ');
  return `message${to && ` to ${to}`}: “${text}”`;
}

interface MessageData {
  readonly text: string;
  /** None in a conversation. */
  readonly targets?: readonly { readonly target: string }[];
}

function deed(did: string, what: string): string {
  if (did === 'press') return `The caller presses ${[...what].join(' ')}`;
  if (did === 'say') return `The caller says “${what}”`;
  return 'The caller does nothing';
}

/** Whether it did not come to its end. */
export function isCut({ how }: Simulated['ended']): boolean {
  return how === 'limit' || how === 'stuck';
}

/** How it has ended. */
export function endOf({ ended: { how, reason }, steps }: Omit<Simulated, 'good'>): string {
  switch (how) {
    case 'flow':
      return 'The flow has ended the call';
    case 'caller':
      return 'The caller has hung up';
    case 'failed':
      return `It has failed: ${reason === 'failed' ? whyFailed(steps) : reason}`;
    case 'stuck':
      return `It would wait for ever: ${reason}`;
    default:
      return `It was cut short: ${limits.get(reason) ?? reason}`;
  }
}

const limits = new Map([
  ['call', 'it lasts longer than calls may'],
  ['steps', 'it takes more steps than are simulated, perhaps for ever'],
  ['real time', 'it takes longer than is simulated, perhaps for ever'],
  ['bytes', 'there is more of it than is told'],
]);

/** What the last action that failed has said. */
function whyFailed(steps: readonly Step[]): string {
  return String(steps.findLast(({ kind }) => kind === 'failed')?.message ?? 'nobody knows why');
}
