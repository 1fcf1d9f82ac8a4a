import type { ActionCatalogue } from '../flows/load-actions.ts';
import type { Variables } from '../flows/variables.ts';
import { objectIn } from '../flows/written.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { Simulated } from '../simulator/simulation-options.ts';
import type { HeardStep, Step } from '../simulator/steps.ts';
import type { Evidence, Seen } from './evidence.ts';
import { asks, cameToNothing, hasOwnWay, isHeard, tellsOf, tellsWhy } from './kinds-of-actions.ts';
import { Prompts } from './prompts.ts';
import { longestSilence, Silence, type Stretch } from './silence.ts';
import type { Visit } from './visit.ts';
import { readBy } from './ways-ahead.ts';

interface Passed extends Stretch {
  readonly action: ActionJson;
}

/** What the caller of one run hears, and what he is not told. */
export class Watch {
  readonly #catalogue: ActionCatalogue;
  readonly #evidence: Evidence;
  readonly #seen: (action: ActionJson) => Seen;
  readonly #silence = new Silence();
  readonly #prompts = new Prompts();
  /** The actions that are over. */
  readonly #passed: Passed[] = [];
  readonly #running: Visit[] = [];
  #hasHeard = false;
  #isAnswered = false;
  /** What has come to nothing and was not told to anybody since, with what led there. */
  #failed: Seen | undefined;

  constructor(catalogue: ActionCatalogue, evidence: Evidence, seen: (action: ActionJson) => Seen) {
    this.#catalogue = catalogue;
    this.#evidence = evidence;
    this.#seen = seen;
  }

  /** What of it makes a difference to what comes. */
  stateAt(at: number): readonly (string | number | boolean)[] {
    const silence = Math.min(Math.floor(this.#silence.lengthAt(at) / 1_000), longestSilence / 1_000 + 1);
    const pending = this.#prompts.pending.map(({ id }) => id).join();
    return [this.#isAnswered, this.#hasHeard, silence, pending, this.#failed?.action.id ?? ''];
  }

  begin(visit: Visit): void {
    const { action, option } = visit;
    this.#running.push(visit);
    this.#prompts.begin(action, option);
    if (!this.#failed) return;
    const { action: failed } = this.#failed;
    const isAskedFor = readBy(action, this.#catalogue).some(
      (name) => tellsOf(failed.type, name) || this.#isSetBy(failed, name),
    );
    if (isAskedFor || isHeard(action.type, option) || tellsWhy(action.type, option)) this.#failed = undefined;
  }

  /** It has not failed. */
  done({ action, option }: Visit, get: (name: string) => string): void {
    if (cameToNothing(action.type, get) && !tellsWhy(action.type, option))
      this.#failed = copied(this.#seen(action));
  }

  /** It is over, however. */
  leave({ action, option, from }: Visit, at: number, variables: Pick<Variables, 'get'>): void {
    this.#running.pop();
    this.#passed.push({ action, from, to: at });
    this.#prompts.end(action);
    if (isHeard(action.type, option) || (asks(action.type) && this.#hasHeard)) this.#hear({ from, to: at });
    this.listen(variables, at);
  }

  /** Whether music plays. */
  listen(variables: Pick<Variables, 'get'>, at: number): void {
    const isPlaying =
      variables.get('voipbin.call.moh') !== '' || variables.get('voipbin.call.held') === 'true';
    if (isPlaying) this.#tell(this.#silence.playMusic(at));
    else this.#silence.stopMusic(at);
  }

  happens(step: Step, actions: readonly ActionJson[]): void {
    if (step.kind === 'answered') {
      this.#isAnswered = true;
      this.#silence.begin(step.at);
    } else if (step.kind === 'heard') this.#heard(step);
    else if (step.kind === 'failed') {
      const near = [this.#passed.at(-1)?.action, this.#running.at(-1)?.action, ...actions];
      const action = near.find((one) => one?.id === step.id);
      if (!action) return;
      if (step.code === 'loop_detected') this.#evidence.runsForEver(this.#seen(action));
      else if (!hasOwnWay(action)) this.#failed = copied(this.#seen(action));
    }
  }

  end({ how, at }: Simulated['ended']): void {
    this.#hear({ from: at, to: at });
    for (const action of this.#prompts.pending) this.#evidence.cutOff(this.#seen(action));
    if (this.#failed && how === 'flow') this.#evidence.leftAlone(this.#failed);
  }

  #heard(step: HeardStep): void {
    const { at, heard } = step;
    const prompt = this.#prompts.hear(step);
    if (prompt?.isWhole) this.#evidence.heard.add(prompt.action.id);
    else if (prompt) this.#evidence.cutOff(this.#seen(prompt.action));
    if (heard === 0) return;
    // While something rings, plays or waits for him, what he is told comes into no silence.
    for (const { action, option, from } of this.#running)
      if (isHeard(action.type, option) || (asks(action.type) && this.#hasHeard))
        this.#hear({ from, to: at - heard });
    this.#hasHeard = true;
    this.#failed = undefined;
    this.#hear({ from: at - heard, to: at });
  }

  #hear(stretch: Stretch): void {
    this.#tell(this.#silence.hear(stretch));
  }

  #tell(silence: Stretch | undefined): void {
    const action = silence && this.#actionIn(silence);
    if (silence && action) this.#evidence.silent(silence, this.#seen(action));
  }

  /** The one that most of it belongs to. */
  #actionIn(silence: Stretch): ActionJson | undefined {
    const running = this.#running.map(({ action, from }) => ({ action, from, to: silence.to }));
    return [...this.#passed, ...running]
      .map(({ action, from, to }) => ({
        action,
        length: Math.min(to, silence.to) - Math.max(from, silence.from),
      }))
      .reduce((longest, one) => (one.length > longest.length ? one : longest), {
        action: undefined,
        length: 0,
      } as {
        action: ActionJson | undefined;
        length: number;
      }).action;
  }

  #isSetBy({ type, option }: ActionJson, name: string): boolean {
    const sets = this.#catalogue.get(type)?.sets(objectIn(option)) ?? [];
    return sets !== 'anything' && sets.includes(name);
  }
}

function copied({ action, course }: Seen): Seen {
  return { action, course: [...course] };
}
