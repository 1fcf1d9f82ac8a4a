import { randomUUID } from 'node:crypto';
import type { Call } from '../calls/call.ts';
import type { CurrentAction, HangupReason } from '../calls/call-record.ts';
import { startAction } from '../calls/first-record.ts';
import { Steps } from '../calls/steps.ts';
import { neverTime, nowMicros, wireTime, wireTimeNanos, zeroId } from '../core/clock.ts';
import { derivedUuid } from '../core/derived-uuid.ts';
import { ActionError, LifetimeEnded, messageOf } from '../core/errors.ts';
import { Share } from '../core/fair-thread.ts';
import { childLog, type Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { orAbort } from '../core/wait.ts';
import type { ActionJson } from '../ports/action-json.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { Ports } from '../ports/ports.ts';
import type { Action, ActionContext, CallActionContext, Outcome } from './action.ts';
import { type ActiveflowEnd, type EndedCall, endOf, remains } from './activeflow-end.ts';
import type { ActiveflowRecord } from './activeflow-record.ts';
import type { EndingState, WrittenActiveflowState } from './activeflow-state.ts';
import { activeflowFact } from './activeflow-variables.ts';
import { CallVariables, otherPartyOf } from './call-variables.ts';
import { type Completion, nextOf } from './completion.ts';
import { errorFacts, failureOf, ownWay } from './failure.ts';
import { type FlowEvent, type FlowEventFacts, flowEvent } from './flow-event.ts';
import { goTo } from './go-to.ts';
import type { ActionCatalogue } from './load-actions.ts';
import { parseOption } from './option.ts';
import { Position } from './position.ts';
import type { ReplyReader } from './reading/reply-reader.ts';
import { Walk } from './run-actions.ts';
import { withoutSecrets, withoutSecretValues } from './secrets.ts';
import { type Substituted, substitute } from './substitute.ts';
import { UserVariables } from './user-variables.ts';
import { Variables } from './variables.ts';

export type ActiveflowEventType = 'activeflow_created' | 'activeflow_updated' | 'activeflow_deleted';

/** What is written with a change of an activeflow, in one transaction. */
export interface ActiveflowWriting {
  /** All it takes to go on with it, or what it has kept; may be asked for later, when the change is written. */
  readonly state: () => WrittenActiveflowState;
  /** With its first change: the id of the completion that it is. */
  readonly completes?: string | undefined;
  /** With its last one. */
  readonly end?: ActiveflowEnd;
}

export interface ActiveflowOptions {
  /** Any unless given. */
  readonly id?: string | undefined;
  readonly flow: FlowToRun;
  readonly customerId: string;
  /** None where the flow was started by API, or after another one: actions on a call are then skipped. */
  readonly call?: Call | undefined;
  /** What the activeflow lives in: its call's scope, or the daemon's. */
  readonly scope: Scope;
  /** Variables set before the first action. */
  readonly initial?: Readonly<Record<string, string>> | undefined;
  /** How many activeflows this one comes after, each having completed; none unless given. */
  readonly generation?: number | undefined;
  /** How many calls of flows its call comes after, each made by the one before; none unless given. */
  readonly depth?: number | undefined;
  /** One that has ended, and that it goes on with where that was, with its variables. */
  readonly after?: Activeflow | undefined;
  /** The completion that it is. */
  readonly completes?: string | undefined;
  readonly catalogue: ActionCatalogue;
  readonly ports: Ports;
  readonly replies: ReplyReader;
  /** A flow that goes on and on lets everybody else be served, and what it has changed be written. */
  readonly pace: (signal: AbortSignal) => Promise<void>;
  readonly log: Log;
  /** Nobody is told of what has no type: it is only written down. */
  readonly onChange: (
    type: ActiveflowEventType | undefined,
    record: ActiveflowRecord,
    writing: ActiveflowWriting,
  ) => void;
  readonly onEvent: (event: FlowEvent) => void;
}

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
  readonly #position: Position;
  readonly #walk: Walk;
  readonly #steps: Steps;
  readonly #reading = new Share();
  readonly #log: Log;
  /** All it takes to go on with it, or to end it, as data: lists, cursor, counts, variables. */
  readonly #state = (): WrittenActiveflowState => ({
    ...this.#position.state(),
    step: this.#steps.last,
    progress: this.#progress,
    ...this.#ending(),
  });
  #record: ActiveflowRecord;
  #began = neverTime;
  #progress: unknown;

  constructor(options: ActiveflowOptions) {
    const { call, flow, customerId } = options;
    this.id = options.id ?? randomUUID();
    this.#options = options;
    this.#scope = options.scope.child({ until: call?.hangupSignal });
    this.#log = childLog(call?.log ?? options.log, { activeflow: this.id });
    this.#position = options.after ? options.after.#position : new Position(flow.actions);
    this.#steps = call?.steps ?? new Steps();
    this.#walk = new Walk(this.#position, {
      step: (...where) => this.#step(...where),
      fail: (...what) => this.#fail(...what),
      pace: (signal) => options.pace(signal),
      reading: this.#reading,
    });
    const now = wireTime(nowMicros());
    this.#record = {
      id: this.id,
      flow_id: flow.id,
      customer_id: customerId,
      reference_type: call ? 'call' : 'api',
      reference_id: call?.id ?? zeroId,
      current_action: startAction,
      forward_action_id: zeroId,
      // What is shown, told and stored of it; what runs is in `#position`.
      actions: withoutSecrets(flow.actions),
      tm_create: now,
      tm_update: now,
      tm_delete: neverTime,
    };
    this.#callVariables = call && new CallVariables(call);
    this.variables = new Variables([
      (name) => activeflowFact(name, this.#record),
      (name) => this.#callVariables?.source(name),
      (name) => this.#user.source(name),
    ]);
    const before = options.after?.variables.entries();
    this.variables.begin({ ...before, ...options.initial });
    this.#user = new UserVariables(
      this.variables,
      options.ports.users,
      call && otherPartyOf(call.record).target,
    );
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
      await this.#user.load(this.#log, this.#scope.signal);
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
    return {
      variables: this.variables.entries(),
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
    const step = this.#steps.next();
    let empty: Substituted['empty'] | undefined;
    try {
      const type = this.#options.catalogue.get(action.type);
      if (!type) throw new ActionError('UNKNOWN_ACTION', `there is no action ${action.type}`);
      const { option, ...values } = await this.#begin(type, action, scope.signal);
      empty = values.empty;
      if (this.#isSkipped(type)) return { go: 'next' };
      return (await type.run(this.#context(action, step, scope), option)) ?? { go: 'next' };
    } catch (error) {
      parent.signal.throwIfAborted();
      this.#fail(action, error, empty);
      return goTo(ownWay(error) ?? action.on_error_id ?? '');
    } finally {
      this.#progress = undefined;
      await scope.close(actionEnded);
    }
  }

  /** Makes an action the current one: its option with values, shown to the world, then what it needs of the call. */
  async #begin(type: Action, action: ActionJson, signal: AbortSignal): Promise<Begun> {
    const written = action.option ?? {};
    await this.#callVariables?.load(written, signal);
    const substituted = substitute(
      written,
      (name) => this.variables.get(name),
      (path) => type.escape(path, written),
    );
    this.#show(type, action, substituted.option);
    const option = parseOption(type, substituted);
    if (type.needs === 'answered call') await this.#options.call?.answer(signal);
    return { option, empty: substituted.empty };
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
    if (isOnCall) this.#options.call?.setAction({ ...shown, tm_execute: this.#began });
  }

  #keep(progress: unknown): void {
    this.#progress = progress;
    this.#options.onChange(undefined, this.#record, { state: this.#state });
  }

  async #repeat(
    actions: readonly ActionJson[],
    scope: Scope,
    until: AbortSignal,
  ): Promise<Outcome | undefined> {
    const { current_action: shown } = this.#record;
    const outcome = await this.#walk.repeat(actions, scope, until);
    if (!outcome) this.#tellCurrent(shown, true); // it is at this action again
    return outcome;
  }

  #context(action: ActionJson, step: number, scope: Scope): ActionContext | CallActionContext {
    const { call, replies } = this.#options;
    const reading = { share: this.#reading, signal: scope.signal };
    return {
      action,
      call,
      ...(call && { id: (kind, ...key) => call.ari.id(kind, call.id, step, ...key) }),
      uuid: (what, ...key) => derivedUuid(call?.id ?? this.id, step, what, ...key),
      variables: this.variables,
      user: this.#user,
      ports: this.#options.ports,
      log: childLog(this.#log, { action: action.id, type: action.type }),
      scope,
      signal: scope.signal,
      isBeside: false,
      counter: this.#position.counter,
      depth: this.#options.depth ?? 0,
      publish: (event) => this.#publish(event),
      keep: (progress) => this.#keep(progress),
      repeat: (actions, until) => this.#repeat(actions, scope, until),
      readActions: (reply) => replies.actions(reply, this.#position.ids, reading),
      readVariables: (reply, response) => replies.variables(reply, response, reading),
    };
  }

  /** Tells of a failed action: in the log, in the variables, by an event. */
  #fail({ id, type }: ActionJson, error: unknown, empty?: Substituted['empty']): void {
    const { code, message, cause } = failureOf(error, empty);
    this.#options.call?.referral.trial?.tried({ code });
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
}
