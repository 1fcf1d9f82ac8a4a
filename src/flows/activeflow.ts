import type { CurrentAction, HangupReason } from '../calls/call-record.ts';
import { Steps } from '../calls/steps.ts';
import { neverTime, nowMicros, wireTime, wireTimeNanos } from '../core/clock.ts';
import { ActionError, LifetimeEnded, messageOf } from '../core/errors.ts';
import { Share } from '../core/fair-thread.ts';
import { childLog, type Log } from '../core/log.ts';
import { newId } from '../core/new-id.ts';
import type { Scope } from '../core/scope.ts';
import { orAbort } from '../core/wait.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { Action, BesideWork, Outcome } from './action.ts';
import { type EndedCall, endOf, remains } from './activeflow-end.ts';
import type { ActiveflowOptions } from './activeflow-options.ts';
import { type ActiveflowRecord, firstActiveflow } from './activeflow-record.ts';
import type { EndingState, WrittenActiveflowState } from './activeflow-state.ts';
import { activeflowFact } from './activeflow-variables.ts';
import { Asides } from './asides.ts';
import { CallVariables, otherPartyOf } from './call-variables.ts';
import { type Completion, nextOf } from './completion.ts';
import { resolved, withDefaults } from './defaults.ts';
import { errorFacts, failureOf, ownWay } from './failure.ts';
import { type FlowEventFacts, flowEvent } from './flow-event.ts';
import { goTo } from './go-to.ts';
import { parseOption } from './option.ts';
import { Position } from './position.ts';
import { Walk, type Work } from './run-actions.ts';
import { type Run, RunningSteps } from './running-steps.ts';
import { withoutSecrets, withoutSecretValues } from './secrets.ts';
import { copyingMarks, shownOption } from './shown-option.ts';
import { StepContext, type Surroundings } from './step-context.ts';
import { Story } from './story.ts';
import { type Escape, type OptionPath, type Substituted, substitute } from './substitute.ts';
import { UserVariables } from './user-variables.ts';
import { Variables } from './variables.ts';
import type { WrittenOption } from './written.ts';

/** Why an activeflow ended before its actions did: somebody stopped it. */
export class FlowStopped extends LifetimeEnded {
  override readonly name = 'FlowStopped';
}

const actionEnded = new LifetimeEnded('the action has ended');
const flowEnded = new LifetimeEnded('the flow has ended');

/** A flow in progress: moves its cursor from action to action until there is none left or the call is gone. */
export class Activeflow {
  readonly id: string;
  readonly variables: Variables;
  readonly #user: UserVariables;
  readonly #options: ActiveflowOptions;
  readonly #scope: Scope;
  readonly #callVariables: CallVariables | undefined;
  readonly position: Position;
  readonly #walk: Walk;
  readonly #steps: Steps;
  readonly #running: RunningSteps;
  readonly #story: Story | undefined;
  readonly #asides: Asides;
  readonly #reading = new Share();
  readonly #around: Surroundings;
  readonly #log: Log;
  /** All it takes to go on with it, or to end it, as data: lists, cursor, counts, variables. */
  readonly #state = (): WrittenActiveflowState => {
    const { awaits, generation, depth, flow } = this.#options;
    const { defaults, revision, trace, trace_digits: traceDigits } = flow;
    return {
      main: this.#hiddenMain,
      ...this.position.state(),
      step: this.#steps.last,
      running: this.#running.state,
      beside: this.#asides.state,
      guard: this.#walk.guard.counts,
      awaits: this.#isReady ? '' : awaits,
      generation,
      depth,
      ...{ defaults, revision, trace, traceDigits, typed: this.variables.typed },
      headers: this.#callVariables?.asked(),
      ...this.#ending(),
    };
  };
  /** The flow's actions, where what the record shows of them hides something. */
  readonly #hiddenMain: readonly ActionJson[] | undefined;
  #record: ActiveflowRecord;
  #began = neverTime;
  #isReady: boolean;
  #isOver = false;

  constructor(options: ActiveflowOptions) {
    const { call, flow, left, customerId } = options;
    this.id = options.id ?? left?.record.id ?? newId();
    this.#options = options;
    this.#scope = options.scope.child({ until: call?.hangupSignal });
    this.#log = childLog(call?.log ?? options.log, { activeflow: this.id });
    this.position = options.after ? options.after.position : new Position(flow.actions, left?.state);
    this.#steps = call?.steps ?? new Steps();
    this.#steps.goOnFrom(left?.state.step ?? 0);
    this.#asides = new Asides({
      call,
      catalogue: options.catalogue,
      left: left?.state.beside,
      publish: (event) => this.#publish(event),
      contextOf: (...of) => new StepContext(this.#around, ...of),
      onEnd: () => this.#writeDown(),
    });
    this.#isReady = !options.awaits;
    const work: Work = {
      step: (...where) => this.#step(...where),
      fail: (...what) => this.#fail(...what),
      pace: (signal) => options.pace(signal),
      reading: this.#reading,
    };
    this.#walk = new Walk(this.position, work, left?.state.guard);
    const shown = withoutSecrets(flow.actions);
    this.#hiddenMain = shown === flow.actions ? undefined : flow.actions;
    this.#record =
      left?.record ?? firstActiveflow(this.id, { ...flow, shown }, { customerId, callId: call?.id });
    this.#callVariables = call && new CallVariables(call, left?.state.headers);
    this.variables = new Variables([
      (name) => activeflowFact(name, this.#record),
      (name) => this.#callVariables?.source(name),
      (name) => this.#user.source(name),
    ]);
    const before = options.after?.variables.entries();
    this.variables.begin({ ...before, ...options.initial, ...left?.state.variables });
    this.variables.keep(Object.keys(left?.state.kept ?? {}));
    this.variables.hide(options.after?.variables.hidden ?? left?.state.hidden ?? []);
    this.variables.markTyped(options.after?.variables.typed ?? left?.state.typed ?? []);
    this.#story = call && new Story(call.diary, this.variables, flow);
    this.#running = new RunningSteps(this.#steps, left?.state.running, this.#story);
    this.#user = new UserVariables(
      this.variables,
      options.ports.users,
      call && otherPartyOf(call.record).target,
    );
    this.#around = {
      activeflowId: this.id,
      call,
      ports: options.ports,
      replies: options.replies,
      log: this.#log,
      depth: options.depth ?? 0,
      position: this.position,
      variables: this.variables,
      user: this.#user,
      reading: this.#reading,
      publish: (event) => this.#publish(event),
      writeDown: () => this.#writeDown(),
      repeat: (...what) => this.#repeat(...what),
      story: this.#story,
    };
  }

  get flow(): FlowToRun {
    return this.#options.flow;
  }

  /** As webhooks show it. */
  get record(): ActiveflowRecord {
    return this.#record;
  }

  /** As REST shows it: with the time the current action began. */
  get view(): ActiveflowRecord {
    if (this.#began === neverTime) return this.#record;
    return { ...this.#record, current_action: { ...this.#record.current_action, tm_execute: this.#began } };
  }

  /** Ends the flow where it is; its call is then hung up. */
  stop(): void {
    void this.#scope.close(new FlowStopped('the activeflow was stopped'));
  }

  announce(): void {
    const { onChange, completes } = this.#options;
    onChange('activeflow_created', this.#record, { state: this.#state, completes });
  }

  /** Runs to the end, once it is `ready`. Resolves, never rejects, to the reason its call is to be hung up with. */
  async run(ready?: Promise<void>): Promise<HangupReason> {
    try {
      if (ready) await orAbort(ready, this.#scope.signal);
      this.#isReady = true;
      await this.#user.load(this.#log, this.#scope.signal);
      this.#asides.beginAgain();
      this.#story?.begin(this.#options.left !== undefined);
      return await this.#walk.toTheEnd(this.#scope);
    } catch (error) {
      if (this.#scope.signal.aborted) return 'normal';
      this.#log.error({ error: messageOf(error) }, 'activeflow_broken');
      return 'failed';
    } finally {
      await this.#scope.close(flowEnded);
    }
  }

  /** Says that it is over, and what is to happen for that. Answers the completion that is due. */
  finish(call: EndedCall | undefined): Completion | undefined {
    this.#isOver = true;
    const record = { ...this.#record, tm_update: wireTime(nowMicros()) };
    const state = this.#ending();
    const end = endOf(record, state, call);
    const kept = remains(state);
    this.#options.onChange('activeflow_deleted', record, { state: () => kept, end });
    return end.completion;
  }

  /** The data that its end would need if it ended now. */
  #ending(): EndingState {
    const { flow, generation = 0, depth = 0 } = this.#options;
    const next = nextOf(flow, generation);
    const { hidden } = this.variables;
    return {
      variables: this.variables.entries(),
      ...(hidden.length > 0 && { hidden }),
      kept: this.variables.kept(),
      isTold: flow.end_webhook ?? false,
      next: next && {
        ...next,
        depth,
        variables: { ...this.#callVariables?.entries(), ...this.#user.entries() },
      },
    };
  }

  async #step(action: ActionJson, parent: Scope): Promise<Outcome> {
    const scope = parent.child();
    const run = this.#running.begin(action);
    let empty: Substituted['empty'] | undefined;
    try {
      if (run.outcome) return run.outcome;
      const type = this.#options.catalogue.get(action.type);
      if (!type) throw new ActionError('UNKNOWN_ACTION', `there is no action ${action.type}`);
      const { option, markCopies, ...values } = await this.#begin(type, action, run, scope);
      empty = values.empty;
      if (this.#isSkipped(type)) return { go: 'next' };
      const beside = (work: BesideWork): void => this.#asides.begin(action, option, run, work);
      const context = new StepContext(this.#around, action, run, scope, beside);
      run.outcome = (await type.run(context, option)) ?? { go: 'next' };
      markCopies();
      // What it has made is released yet, and it is not to be run again.
      if (run.progress !== undefined) this.#writeDown();
      return run.outcome;
    } catch (error) {
      parent.signal.throwIfAborted();
      this.#fail(action, error, empty);
      run.outcome = goTo(ownWay(error) ?? action.on_error_id ?? '');
      this.#writeDown();
      return run.outcome;
    } finally {
      await scope.close(actionEnded);
      this.#running.end(run);
    }
  }

  /** Makes an action the current one: its option with values, shown to the world, then what it needs of the call. */
  async #begin(type: Action, action: ActionJson, run: Run, scope: Scope): Promise<Begun> {
    const written = this.#written(type, action);
    if (this.#callVariables?.isAskedFor(written)) await this.#callVariables.load(written, scope.signal);
    const escaping = (path: OptionPath): Escape => type.escape(path, written);
    const substituted = substitute(written, (name) => this.variables.get(name), escaping);
    const shown = shownOption(written, substituted, this.variables, escaping);
    // One that is begun again has been told of before.
    if (!run.isAgain || this.#record.current_action.id !== action.id) this.#show(type, action, shown);
    const option = parseOption(type, substituted);
    if (type.answers(option)) await this.#options.call?.answer(scope.signal);
    const markCopies = copyingMarks(this.variables, written, type.copies(option));
    return { option, empty: substituted.empty, markCopies };
  }

  /** An option as its author wrote it, with what its flow gives it. */
  #written(type: Action, { option = {} }: ActionJson): WrittenOption {
    const { flow, catalogue } = this.#options;
    if (!flow.defaults) return option;
    return withDefaults(
      type,
      option,
      resolved(flow.defaults, (name) => this.variables.get(name)),
      catalogue,
    );
  }

  /** Without a call there is nobody to speak to. */
  #isSkipped({ needs }: Action): boolean {
    return needs !== 'nothing' && !this.#options.call;
  }

  #show(
    type: Action,
    { id, next_id, option, on_error_id }: ActionJson,
    values: Readonly<Record<string, unknown>>,
  ): void {
    const shown: CurrentAction = {
      id,
      next_id,
      type: type.type,
      ...(option && { option: withoutSecretValues(values) }),
      ...(on_error_id && { on_error_id }),
    };
    this.#tellCurrent(shown, type.needs !== 'nothing');
  }

  #tellCurrent(shown: CurrentAction, isOnCall: boolean): void {
    const now = nowMicros();
    this.#began = wireTimeNanos(now);
    this.#record = { ...this.#record, current_action: shown, tm_update: wireTime(now) };
    this.#options.onChange('activeflow_updated', this.#record, { state: this.#state });
    if (isOnCall) this.#options.call?.show({ action: { ...shown, tm_execute: this.#began } });
  }

  #writeDown(): void {
    if (this.#isOver) return; // what is beside it may go on
    this.#options.onChange(undefined, this.#record, { state: this.#state });
  }

  async #repeat(
    scope: Scope,
    actions: readonly ActionJson[],
    until: AbortSignal,
  ): Promise<Outcome | undefined> {
    const { current_action: shown } = this.#record;
    const outcome = await this.#walk.repeat(actions, scope, until);
    if (!outcome) this.#tellCurrent(shown, true); // it is at this action again
    return outcome;
  }

  /** Tells of a failed action: in the log, in the variables, by an event. */
  #fail({ id, type }: ActionJson, error: unknown, empty?: Substituted['empty']): void {
    const { code, message, cause } = failureOf(error, empty);
    this.#options.call?.referral.trial?.tried({ code });
    this.#story?.failed({ id, type }, { code, message });
    this.#log.warn(
      { action: id, type, code, reason: message, ...(cause !== undefined && { cause: messageOf(cause) }) },
      'action_failed',
    );
    this.variables.note(errorFacts({ type, id }, { code, message }));
    this.#publish({ type: 'action_failed', data: { action: { id, type }, code, message } });
  }

  #publish(event: FlowEventFacts): void {
    const { reference_type, reference_id } = this.#record;
    this.#options.onEvent(flowEvent(event, { activeflow_id: this.id, reference_type, reference_id }));
  }
}

/** An action about to run. */
interface Begun extends Pick<Substituted, 'empty'> {
  readonly option: unknown;
  readonly markCopies: () => void;
}
