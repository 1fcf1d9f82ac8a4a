import * as z from 'zod';
import { now } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import type { Action, ActionContext, CommandContext, Outcome } from '../flows/action.ts';
import type { Variables } from '../flows/variables.ts';
import { objectIn, textsOf } from '../flows/written.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { Answers, Called, Party, Reaction, Waiting } from '../simulator/caller.ts';
import type { Simulated } from '../simulator/simulation-options.ts';
import type { Step } from '../simulator/steps.ts';
import type { Reply, SimulatedRequestToServer } from '../simulator/web.ts';
import { answersOfCalled } from './called-parties.ts';
import { CourseTaken } from './course.ts';
import type { Decision } from './decision.ts';
import type { Evidence, Seen } from './evidence.ts';
import { asksServer, hasOwnWay, isAmongPeople, isCounted } from './kinds-of-actions.ts';
import { keyOf } from './known-states.ts';
import { leaving } from './leaving.ts';
import { Place } from './place.ts';
import type { Plan } from './plan.ts';
import { answersTo } from './reactions.ts';
import { repliesTo } from './replies.ts';
import type { Path } from './search.ts';
import { stateOf } from './state.ts';
import { expectedBy } from './unset.ts';
import type { Visit } from './visit.ts';
import { Watch } from './watch.ts';

/** How long those talk who were called: what they say is no matter. */
const talk = 5_000;

const jump = z.object({ target_id: z.string(), loop_count: z.coerce.number().catch(0) });

/** No flow goes round more often. */
const mostRounds = 10_000;

const nobody: Party = { answers: 'noanswer' };

/** One run: decides whatever is to be decided, and looks at what comes of it. */
export class Journey {
  readonly #plan: Plan;
  readonly #path: Path<Decision>;
  readonly #evidence: Evidence;
  readonly #watch: Watch;
  readonly #place: Place;
  readonly #visits: Visit[] = [];
  readonly #course = new CourseTaken();
  /** What the flow has come by inside the actions around: the second time it is let be. */
  readonly #rounds = new Set<string>();
  #activeflow: string | undefined;
  #variables: Variables | undefined;
  #began: number | undefined;
  #state: string | undefined;
  #wasAsked = false;
  /** Somebody's server has said what to do, and may have set anything. */
  #isOpen = false;
  /** Nothing of it is decided differently in another run: there are so many actions around. */
  #quietAt: number | undefined;
  /** There is nothing new to be seen. */
  #isOver = false;

  constructor(plan: Plan, path: Path<Decision>, evidence: Evidence) {
    this.#plan = plan;
    this.#path = path;
    this.#evidence = evidence;
    this.#course.begin(path.taken);
    this.#place = new Place(plan.actions);
    this.#watch = new Watch(plan.catalogue, evidence, (action) => this.#seen(action));
  }

  /** An action runs. */
  async step(
    type: Action,
    context: ActionContext | CommandContext,
    option: unknown,
  ): Promise<Outcome | undefined> {
    if (this.#isOver) return { go: 'finish' };
    const own = this.#own(context);
    if (!own) return type.run(context, option);
    const { action } = own;
    this.#variables = own.variables;
    this.#place.come(action);
    if (!this.#comeTo(own)) {
      this.#isOver = true;
      return { go: 'finish' };
    }
    const visit: Visit = { action, option, from: this.#at, answers: [] };
    this.#begin(visit);
    try {
      if (this.#mayFail(action, type) && this.#choose([fails(action, false), fails(action, true)]).fails)
        throw new ActionError('ASTERISK_FAILED', 'Asterisk does not do what the action asks for');
      if (isCounted(action)) this.#spend(own);
      const outcome = await this.#run(type, own, option);
      this.#judge(own, option);
      if (outcome?.go === 'into') this.#place.goInto(outcome.actions, action);
      if (asksServer(type.type, action.option ?? {}) && (type.type === 'fetch' || outcome?.go === 'into'))
        this.#isOpen = true;
      this.#watch.done(visit, (name) => own.variables.get(name));
      return outcome;
    } finally {
      this.#end(visit, own.variables);
    }
  }

  /** Whoever is in a room for good has had enough of it one day; whoever is sent elsewhere may not get through there. */
  async #run(type: Action, context: ActionContext, option: unknown): Promise<Outcome | undefined> {
    if (type.type === 'confbridge_join') return leaving(type, context, option);
    if (type.type !== 'sip_refer') return type.run(context, option);
    const { action, variables } = context;
    const endpoint = textsOf(objectIn(option).destination).find(({ path }) => path === 'target')?.text ?? '';
    const of = (answers: Answers) => ({ kind: 'called', action: action.id, endpoint, answers }) as const;
    if (this.#choose([of('human'), of('busy')]).answers === 'human') return type.run(context, option);
    variables.note({ 'voipbin.refer.result': 'failed', 'voipbin.refer.sip_code': '486' });
    return undefined;
  }

  /** The caller is asked. */
  readonly caller = (waiting: Waiting): Reaction => {
    if (this.#isOver) return { hangup: true };
    const visit = this.#visits.at(-1);
    this.#wasAsked = true;
    if (!visit || visit.action.id !== waiting.action.id) return { wait: true };
    const asked = { waiting, option: visit.option, before: visit.answers };
    const [first, ...others] = answersTo(asked, this.#plan.differences);
    const of = (answer: typeof first) => ({ kind: 'answer', action: visit.action.id, answer }) as const;
    const { answer } = this.#isQuiet
      ? of({ means: 'nothing', does: { wait: true } })
      : this.#choose([of(first), ...others.map(of)]);
    visit.answers.push(answer);
    return this.#isOver ? { hangup: true } : answer.does;
  };

  /** Somebody is called. */
  readonly party = ({ endpoint }: Called): Party => {
    const visit = this.#visits.at(-1);
    if (!visit) return nobody;
    if (visit.called === undefined) {
      const { action, option } = visit;
      const [first, ...others] = answersOfCalled(action.type, option, this.#plan);
      const of = (answers: typeof first) =>
        ({ kind: 'called', action: action.id, endpoint, answers }) as const;
      visit.called = this.#choose([of(first), ...others.map(of)]).answers;
    }
    return { answers: visit.called, talks: talk };
  };

  /** Somebody's server is asked. */
  readonly reply = ({ method, url }: SimulatedRequestToServer): Reply => {
    const visit = this.#visits.at(-1);
    if (!visit || !asksServer(visit.action.type, visit.action.option ?? {}))
      return { status: 200, body: '{}' };
    if (!visit.replied) {
      const { action, option } = visit;
      const [first, ...others] = repliesTo(action.type, option, this.#plan.differences);
      const of = (replied: typeof first) =>
        ({ kind: 'reply', action: action.id, method, url, replied }) as const;
      visit.replied = this.#choose([of(first), ...others.map(of)]).replied;
    }
    return visit.replied.reply;
  };

  readonly onStep = (step: Step): void => {
    this.#began ??= now() - step.at;
    if (this.#isOver) return;
    if (step.kind === 'action') this.#acts(step.id, step.activeflow);
    else this.#watch.happens(step, this.#plan.actions);
  };

  /** The call is over. */
  end({ ended }: Simulated): void {
    if (!this.#isOver) this.#watch.end(ended);
  }

  get #at(): number {
    return now() - (this.#began ?? now());
  }

  get #isQuiet(): boolean {
    return this.#isOver || this.#quietAt !== undefined;
  }

  #seen(action: ActionJson): Seen {
    return { action, course: this.#course.decisions };
  }

  /** Decides, where anything is decided at all. */
  #choose<D extends Decision>(options: readonly [D, ...D[]]): D {
    if (this.#isQuiet) return options[0];
    const chosen = options.length === 1 ? options[0] : this.#path.choose(options);
    this.#course.add(chosen);
    this.#isOver = this.#path.isOver;
    return chosen;
  }

  /** Of the caller's own flow; there may be others, of those whom it calls. */
  #own(context: ActionContext | CommandContext): ActionContext | undefined {
    if (!('counter' in context)) return undefined;
    const id = context.variables.get('voipbin.activeflow.id');
    this.#activeflow ??= id;
    return id === this.#activeflow ? context : undefined;
  }

  /** An action is about to run, which may yet fail for its option. */
  #acts(id: string, activeflow: string): void {
    this.#activeflow ??= activeflow;
    const action = this.#plan.actions.find((one) => one.id === id);
    if (!action || activeflow !== this.#activeflow) return;
    this.#evidence.reach(id, this.#course.decisions);
    const isSet = this.#isSetBy(this.#variables);
    for (const name of expectedBy(action, this.#plan.catalogue)) {
      const isUnknown = this.#isOpen && !this.#plan.isSetHere(name);
      if (!isSet(name) && !isUnknown) this.#evidence.read(name, this.#seen(action));
    }
  }

  #isSetBy(variables: Variables | undefined): (name: string) => boolean {
    const set = variables?.entries() ?? this.#plan.variables;
    return (name) => Object.hasOwn(set, name) || (variables?.get(name) ?? '') !== '';
  }

  /** Whether it is worth going on from here. */
  #comeTo({ action, variables }: ActionContext): boolean {
    if (this.#place.isInside) {
      const round = `${this.#place.around} ${action.id}`;
      if (this.#rounds.has(round)) this.#quietAt ??= this.#visits.length;
      this.#rounds.add(round);
      return true;
    }
    this.#watch.listen(variables, this.#at);
    const state = stateOf(
      {
        ...{ action, around: this.#place.around, isMain: this.#place.isMain },
        get: (name) => variables.get(name),
        isSet: this.#isSetBy(variables),
        call: [...this.#watch.stateAt(this.#at), this.#isOpen],
        start: String(this.#path.taken[0]?.kind === 'start' ? this.#path.taken[0].at : ''),
      },
      this.#plan.ahead,
      this.#plan.differences,
    );
    const key = keyOf(state);
    this.#evidence.come(key, this.#wasAsked ? undefined : this.#state, this.#seen(action));
    this.#state = key;
    this.#wasAsked = false;
    return this.#path.arrive(state);
  }

  #begin(visit: Visit): void {
    this.#course.come(visit.action.id);
    if (isAmongPeople(visit.action.type)) this.#wasAsked = true;
    this.#visits.push(visit);
    this.#place.enter(visit.action);
    this.#watch.begin(visit);
  }

  #end(visit: Visit, variables: Variables): void {
    this.#visits.pop();
    this.#place.leave();
    if (this.#quietAt !== undefined && this.#visits.length < this.#quietAt) this.#quietAt = undefined;
    if (!this.#isOver) this.#watch.leave(visit, this.#at, variables);
  }

  /** A jump that counts is made, or was made often enough: to see what comes then nobody has to go round. */
  #spend({ action, counter }: ActionContext): void {
    const { target_id, loop_count } = jump.parse(action.option);
    const isLeft = loop_count > counter.value && loop_count <= mostRounds;
    if (!isLeft || !this.#plan.ahead.of(target_id)?.ids.has(action.id)) return;
    const of = (isSpent: boolean) => ({ kind: 'spent', action: action.id, isSpent }) as const;
    // So long a loop ends.
    this.#wasAsked = true;
    if (!this.#choose([of(false), of(true)]).isSpent) return;
    this.#course.repeat(target_id, loop_count - counter.value);
    counter.value = loop_count;
  }

  /** Of what fails by itself that is decided where it does. */
  #mayFail(action: ActionJson, type: Action): boolean {
    if (action.on_error_id === undefined) return false;
    return !asksServer(type.type, action.option ?? {}) || hasOwnWay({ ...action, on_error_id: '' });
  }

  /** Whether a human or a machine has answered nobody knows but who decides. */
  #judge({ action, call, variables }: ActionContext, option: unknown): void {
    if (action.type !== 'amd') return;
    const of = (answers: 'human' | 'machine') => ({ kind: 'judged', action: action.id, answers }) as const;
    if (this.#choose([of('human'), of('machine')]).answers === 'human') return;
    variables.note({ 'voipbin.amd.status': 'MACHINE', 'voipbin.amd.cause': 'LONGGREETING-1500-1500' });
    if ((option as { machine_handle?: string }).machine_handle === 'hangup') call?.hangup('amd');
  }
}

function fails({ id }: ActionJson, isSo: boolean): Extract<Decision, { kind: 'fails' }> {
  return { kind: 'fails', action: id, fails: isSo };
}
