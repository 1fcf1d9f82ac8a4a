import { randomUUID } from 'node:crypto';
import { type Call, startAction } from '../calls/call.ts';
import type { CurrentAction, HangupReason } from '../calls/call-record.ts';
import { neverTime, nowMicros, wireTime, wireTimeNanos, zeroId } from '../core/clock.ts';
import { ActionError, LifetimeEnded, messageOf } from '../core/errors.ts';
import { childLog, type Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import type { Action, ActionContext, Outcome } from './action.ts';
import type { ActionJson } from './action-json.ts';
import type { ActiveflowRecord } from './activeflow-record.ts';
import { CallVariables, otherPartyOf } from './call-variables.ts';
import { failureOf, ownWay } from './failure.ts';
import { fetchedActions } from './fetched-actions.ts';
import type { FlowEvent, FlowEventFacts } from './flow-event.ts';
import { goTo } from './go-to.ts';
import type { ActionCatalogue } from './load-actions.ts';
import { LoopGuard } from './loop-guard.ts';
import { parseOption } from './option.ts';
import { Position } from './position.ts';
import type { Services } from './services.ts';
import { substitute } from './substitute.ts';
import { UserVariables } from './user-variables.ts';
import { Variables } from './variables.ts';

export type ActiveflowEventType = 'activeflow_created' | 'activeflow_updated' | 'activeflow_deleted';

export interface ActiveflowOptions {
  readonly flowId: string;
  readonly actions: readonly ActionJson[];
  readonly customerId: string;
  /** None where the flow was started by API, or after another one: actions on a call are then skipped. */
  readonly call?: Call | undefined;
  /** What the activeflow lives in: its call's scope, or the daemon's. */
  readonly scope: Scope;
  /** Variables set before the first action. */
  readonly initial?: Readonly<Record<string, string>> | undefined;
  /** How many activeflows this one comes after, each having completed; none unless given. */
  readonly generation?: number | undefined;
  readonly catalogue: ActionCatalogue;
  readonly services: Services;
  readonly log: Log;
  /** `snapshot` may be read later, when the change is written. */
  readonly onChange: (type: ActiveflowEventType, record: ActiveflowRecord, snapshot: () => string) => void;
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
  readonly id: string = randomUUID();
  readonly variables: Variables;
  readonly #user: UserVariables;
  readonly #options: ActiveflowOptions;
  readonly #scope: Scope;
  readonly #callVariables: CallVariables | undefined;
  readonly #position: Position;
  readonly #guard = new LoopGuard();
  readonly #log: Log;
  /** All it takes to go on with it, as data: lists, cursor, counts, variables. */
  readonly #snapshot = (): string =>
    JSON.stringify({ ...this.#position.state(), variables: this.variables.entries() });
  #record: ActiveflowRecord;
  #began = neverTime;

  constructor(options: ActiveflowOptions) {
    const { call, flowId, actions, customerId } = options;
    this.#options = options;
    this.#scope = options.scope.child();
    this.#log = childLog(call?.log ?? options.log, { activeflow: this.id });
    this.#position = new Position(actions);
    const now = wireTime(nowMicros());
    this.#record = {
      id: this.id,
      flow_id: flowId,
      customer_id: customerId,
      reference_type: call ? 'call' : 'api',
      reference_id: call?.id ?? zeroId,
      current_action: startAction,
      forward_action_id: zeroId,
      actions,
      tm_create: now,
      tm_update: now,
      tm_delete: neverTime,
    };
    this.#callVariables = call && new CallVariables(call);
    this.variables = new Variables([
      (name) => this.#fact(name),
      (name) => this.#callVariables?.source(name),
      (name) => this.#user.source(name),
    ]);
    for (const [name, value] of Object.entries(options.initial ?? {})) this.variables.note(name, value);
    this.#user = new UserVariables(
      this.variables,
      options.services.users,
      call && otherPartyOf(call.record).target,
    );
  }

  get generation(): number {
    return this.#options.generation ?? 0;
  }

  /** What a flow that runs after this one begins with: its variables, and what they said of the call. */
  get legacy(): Readonly<Record<string, string>> {
    return { ...this.#callVariables?.entries(), ...this.#user.entries(), ...this.variables.entries() };
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
    this.#options.onChange('activeflow_created', this.#record, this.#snapshot);
  }

  /** Runs to the end. Resolves, never rejects, to the reason its call is to be hung up with. */
  async run(): Promise<HangupReason> {
    const hangup = this.#options.call?.hangupSignal;
    const stop = (): void => void this.#scope.close(hangup?.reason);
    if (hangup?.aborted) stop();
    else hangup?.addEventListener('abort', stop, { once: true });
    try {
      await this.#user.load(this.#log, this.#scope.signal);
      return await this.#loop();
    } catch (error) {
      if (this.#scope.signal.aborted) return 'normal';
      this.#log.error({ error: messageOf(error) }, 'activeflow_broken');
      return 'failed';
    } finally {
      hangup?.removeEventListener('abort', stop);
      await this.#scope.close(flowEnded);
    }
  }

  /** Says that it is over; the last thing anybody hears of it. */
  finish(): void {
    const record = { ...this.#record, tm_update: wireTime(nowMicros()) };
    const kept = JSON.stringify({ kept: this.variables.kept() });
    this.#options.onChange('activeflow_deleted', record, () => kept);
  }

  async #loop(): Promise<HangupReason> {
    for (;;) {
      this.#scope.signal.throwIfAborted();
      const { action } = this.#position;
      if (!action) return 'normal';
      if (!this.#guard.admit()) {
        this.#fail(action, new ActionError('loop_detected', 'the flow runs in a loop'));
        return 'failed';
      }
      const began = performance.now();
      const outcome = await this.#step(action);
      this.#guard.waited(performance.now() - began);
      const refusal = this.#position.move(outcome);
      if (!refusal) continue;
      this.#fail(action, refusal);
      this.#position.recover(action);
    }
  }

  async #step(action: ActionJson): Promise<Outcome> {
    const scope = this.#scope.child();
    try {
      const type = this.#options.catalogue.get(action.type);
      if (!type) throw new ActionError('UNKNOWN_ACTION', `there is no action ${action.type}`);
      const option = await this.#begin(type, action, scope.signal);
      if (this.#isSkipped(type)) return { go: 'next' };
      return (await type.run(this.#context(action, scope), option)) ?? { go: 'next' };
    } catch (error) {
      this.#scope.signal.throwIfAborted();
      this.#fail(action, error);
      return goTo(ownWay(error) ?? action.on_error_id ?? '');
    } finally {
      await scope.close(actionEnded);
    }
  }

  /** Makes an action the current one: its option with values, shown to the world, then what it needs of the call. */
  async #begin(type: Action, action: ActionJson, signal: AbortSignal): Promise<unknown> {
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
    return option;
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
    const now = nowMicros();
    this.#began = wireTimeNanos(now);
    const shown: CurrentAction = {
      id,
      next_id,
      type: type.type,
      ...(option && { option: values }),
      ...(on_error_id && { on_error_id }),
    };
    this.#record = { ...this.#record, current_action: shown, tm_update: wireTime(now) };
    this.#options.onChange('activeflow_updated', this.#record, this.#snapshot);
    if (type.needs !== 'nothing') this.#options.call?.setAction({ ...shown, tm_execute: this.#began });
  }

  #context(action: ActionJson, scope: Scope): ActionContext {
    return {
      action,
      call: this.#options.call,
      variables: this.variables,
      user: this.#user,
      services: this.#options.services,
      log: childLog(this.#log, { action: action.id, type: action.type }),
      scope,
      signal: scope.signal,
      counter: this.#position.counter,
      publish: (event) => this.#publish(event),
      readActions: (reply) => this.#readActions(reply),
    };
  }

  #readActions(reply: string): readonly ActionJson[] {
    const { catalogue, services } = this.#options;
    return fetchedActions(reply, {
      catalogue,
      checkUrl: services.http.checkUrl,
      outerIds: this.#position.ids,
    });
  }

  /** Tells of a failed action: in the log, in the variables, by an event. */
  #fail({ id, type }: ActionJson, error: unknown): void {
    const { code, message, cause } = failureOf(error);
    this.#log.warn(
      { action: id, type, code, reason: message, ...(cause !== undefined && { cause: messageOf(cause) }) },
      'action_failed',
    );
    for (const [name, value] of Object.entries({ type, id, code, message })) {
      this.variables.note(`voipbin.action.error.${name}`, value);
    }
    this.#publish({ type: 'action_failed', data: { action: { id, type }, code, message } });
  }

  #publish(event: FlowEventFacts): void {
    const { reference_type, reference_id } = this.#record;
    const reference = { id: randomUUID(), activeflow_id: this.id, reference_type, reference_id };
    // The facts of an event and its reference make the whole event, whichever of the union it is.
    this.#options.onEvent({
      type: event.type,
      data: { ...reference, ...event.data, tm_create: wireTime(nowMicros()) },
    } as FlowEvent);
  }

  #fact(name: string): string | undefined {
    switch (name) {
      case 'voipbin.activeflow.id':
        return this.id;
      case 'voipbin.activeflow.flow_id':
        return this.#record.flow_id;
      case 'voipbin.activeflow.reference_type':
        return this.#record.reference_type;
      case 'voipbin.activeflow.reference_id':
        return this.#record.reference_id;
      default:
        return undefined;
    }
  }
}
