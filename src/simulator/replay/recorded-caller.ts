import { unseen } from '../../core/unseen.ts';
import type { Caller, Reaction } from '../caller.ts';
import type { ActionStep } from '../steps.ts';
import type { NameOf } from './action-names.ts';
import type { Met, RecordedCall } from './recorded-call.ts';

/** So soon after one prompt another one belongs to the same try, in milliseconds. */
const sameBreath = 250;

/** What was played until a moment before the end was cut off by it. */
const moment = 100;

export interface RecordedCallerOptions {
  /** Keys in the place of those that nobody knows, a group for each input. */
  readonly digits: readonly string[];
  readonly nameOf: NameOf;
  /** What nobody knows has been wanted: keys, or words. */
  readonly onUnknown: (what: string) => void;
}

/** What he did while an action ran, in the order in which it waited for him. */
interface Run {
  /** With what he had typed before it began. */
  readonly reactions: Reaction[];
  /** Without, for an input that drops that. */
  readonly cleared: Reaction[];
}

/** A caller who does what the caller of a recorded call did, at the same actions. */
export class RecordedCaller {
  readonly #call: RecordedCall;
  readonly #options: RecordedCallerOptions;
  readonly #digits: string[];
  /** By action, one after the other. */
  readonly #runs: ReadonlyMap<string, readonly Run[]>;
  readonly #visits = new Map<string, number>();

  constructor(call: RecordedCall, options: RecordedCallerOptions) {
    this.#call = call;
    this.#options = options;
    this.#digits = [...options.digits];
    this.#runs = runsOf(call, options.nameOf);
  }

  readonly react: Caller = ({ action }) => {
    const name = this.#options.nameOf(action);
    const run = this.#runs.get(name)?.[Math.max(0, (this.#visits.get(name) ?? 1) - 1)];
    const left = action.option?.clear === true ? run?.cleared : run?.reactions;
    const reaction = left?.shift() ?? { wait: true };
    if ('say' in reaction && reaction.say === unseen) {
      this.#options.onUnknown(`what was said at ${action.id} was not kept`);
      return { wait: true };
    }
    if (!('press' in reaction) || reaction.press !== unseen) return reaction;
    const known = this.#digits.shift();
    if (known === undefined)
      this.#options.onUnknown(`the keys at ${action.id} were not kept, and no digits say them`);
    return known === undefined || known === '' ? { wait: true } : { press: known };
  };

  /** How long after the beginning of an action he hangs up, where he does. */
  readonly hangsUp = (step: ActionStep): number | undefined => {
    const { nameOf } = this.#options;
    const name = nameOf(step);
    const visit = (this.#visits.get(name) ?? 0) + 1;
    this.#visits.set(name, visit);
    const { isInterrupted, met, end } = this.#call;
    const actions = met.filter(({ type }) => type === 'action');
    const names = actions.map(({ id, what }) => nameOf({ id, type: what }));
    const last = actions.at(-1);
    if (!isInterrupted || !last || names.at(-1) !== name) return undefined;
    if (names.filter((each) => each === name).length !== visit) return undefined;
    // A prompt that is spoken here takes another time.
    const isCutOff = met.some(
      ({ type, at, end: over }) => type === 'playback' && at >= last.at && over > end - moment,
    );
    return isCutOff ? 1 : Math.max(1, end - last.at);
  };
}

function runsOf({ met }: RecordedCall, nameOf: NameOf): ReadonlyMap<string, readonly Run[]> {
  const actions = met.filter(({ type }) => type === 'action');
  const runs = new Map<string, Run[]>();
  let ahead = '';
  for (const [index, { at: began, id, what, step }] of actions.entries()) {
    const until = actions[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const groups = groupsOf(met.filter(({ at }) => at >= began && at < until));
    const said = saidIn(met, step);
    const name = nameOf({ id, type: what });
    const typed = takesKeys(what) ? groupsAfter(ahead, groups) : groups;
    const run = { reactions: reactionsOf(typed, said), cleared: reactionsOf(groups, said) };
    runs.set(name, [...(runs.get(name) ?? []), run]);
    ahead = takesKeys(what) ? '' : `${ahead}${groups.join('')}`;
  }
  return runs;
}

/** What was typed before an input belongs to its first try. */
function groupsAfter(ahead: string, groups: readonly string[]): readonly string[] {
  if (groups.every((group) => group === '')) return ahead === '' ? groups : [ahead];
  return groups.map((group, at) => (at === 0 ? `${ahead}${group}` : group));
}

function reactionsOf(groups: readonly string[], said: string): Reaction[] {
  const reactions = groups.map(reactionOf);
  return said === '' ? reactions : [...reactions.filter((one) => 'press' in one), { say: said }];
}

/** Other actions leave what is typed for the next one. */
function takesKeys(type: string): boolean {
  return /^(digits_receive|menu|gather|record|voicemail|mailbox|queue_join|recording_start)$/.test(type);
}

/** The keys of each try: what was pressed, or nothing, until the next prompt. */
function groupsOf(inside: readonly Met[]): readonly string[] {
  const groups = [''];
  let silentSince = Number.NEGATIVE_INFINITY;
  let hasPrompt = false;
  for (const { type, what, at, end } of inside) {
    if (type === 'digit') groups[groups.length - 1] += what;
    if (type !== 'playback') continue;
    const isNext = hasPrompt && (groups.at(-1) !== '' || at - silentSince > sameBreath);
    if (isNext) groups.push('');
    hasPrompt = true;
    silentSince = end;
  }
  return groups;
}

function reactionOf(group: string): Reaction {
  if (group === '') return { wait: true };
  return { press: group.includes(unseen) ? unseen : group };
}

/** What he said, where the flow has it. */
function saidIn(met: readonly Met[], step: number): string {
  const set = met.flatMap((one) =>
    one.type === 'variables' && one.step === step ? (one.data.set ?? []) : [],
  );
  return set.find(({ name }) => name === 'voipbin.call.speech')?.after ?? '';
}
