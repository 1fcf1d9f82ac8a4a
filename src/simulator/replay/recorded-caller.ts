import type { Caller, Reaction } from '../caller.ts';
import type { ActionStep } from '../steps.ts';
import type { Met, RecordedCall } from './recorded-call.ts';

/** What stands for keys that were for the flow alone. */
const unseen = '***';

/** So soon after one prompt another one belongs to the same try, in milliseconds. */
const sameBreath = 250;

/** What was played until a moment before the end was cut off by it. */
const moment = 100;

export interface RecordedCallerOptions {
  /** Keys in the place of those that nobody knows, a group for each input. */
  readonly digits: readonly string[];
  /** What nobody knows has been wanted. */
  readonly onUnknown: (actionId: string) => void;
}

/** A caller who does what the caller of a recorded call did, at the same actions. */
export class RecordedCaller {
  readonly #call: RecordedCall;
  readonly #options: RecordedCallerOptions;
  readonly #digits: string[];
  /** By action: what he did at each of its runs, one after the other. */
  readonly #runs: ReadonlyMap<string, Reaction[][]>;
  readonly #visits = new Map<string, number>();

  constructor(call: RecordedCall, options: RecordedCallerOptions) {
    this.#call = call;
    this.#options = options;
    this.#digits = [...options.digits];
    this.#runs = runsOf(call);
  }

  readonly react: Caller = ({ action }) => {
    const run = this.#runs.get(action.id)?.[Math.max(0, (this.#visits.get(action.id) ?? 1) - 1)];
    const reaction = run?.shift() ?? { wait: true };
    if (!('press' in reaction) || reaction.press !== unseen) return reaction;
    const known = this.#digits.shift();
    if (known === undefined) this.#options.onUnknown(action.id);
    return known === undefined || known === '' ? { wait: true } : { press: known };
  };

  /** How long after the beginning of an action he hangs up, where he does. */
  readonly hangsUp = ({ id }: ActionStep): number | undefined => {
    const visit = (this.#visits.get(id) ?? 0) + 1;
    this.#visits.set(id, visit);
    const { isInterrupted, met, end } = this.#call;
    const actions = met.filter(({ type }) => type === 'action');
    const last = actions.at(-1);
    if (!isInterrupted || last?.id !== id) return undefined;
    if (actions.filter((action) => action.id === id).length !== visit) return undefined;
    // A prompt that is spoken here takes another time.
    const isCutOff = met.some(
      ({ type, at, end: over }) => type === 'playback' && at >= last.at && over > end - moment,
    );
    return isCutOff ? 1 : Math.max(1, end - last.at);
  };
}

/** What he did at each run of each action, in the order in which it waited for him. */
function runsOf({ met }: RecordedCall): ReadonlyMap<string, Reaction[][]> {
  const actions = met.filter(({ type }) => type === 'action');
  const runs = new Map<string, Reaction[][]>();
  let ahead = '';
  for (const [index, action] of actions.entries()) {
    const until = actions[index + 1]?.at ?? Number.POSITIVE_INFINITY;
    const inside = met.filter(({ at }) => at >= action.at && at < until);
    const said = saidIn(met, action.step);
    const groups = groupsOf(inside);
    const isInput = groups.some((group) => group !== '') && takesKeys(action.what);
    const pressed = isInput ? groups.map((group, at) => (at === 0 ? `${ahead}${group}` : group)) : groups;
    const typedAhead = takesKeys(action.what) && ahead !== '' && !isInput;
    const reactions = typedAhead ? [{ press: ahead }] : pressed.map(reactionOf);
    ahead = takesKeys(action.what) ? '' : `${ahead}${groups.join('')}`;
    const all = said === '' ? reactions : [...reactions.filter((one) => 'press' in one), { say: said }];
    runs.set(action.id, [...(runs.get(action.id) ?? []), all]);
  }
  return runs;
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
