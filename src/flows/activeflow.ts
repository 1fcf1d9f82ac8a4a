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
import { CallVariables } from './call-variables.ts';
import { type ActionList, advance, type Cursor, current, type Move, mainList, start } from './cursor.ts';
import type { FlowEvent, FlowEventFacts } from './flow-event.ts';
import type { ActionCatalogue } from './load-actions.ts';
import { LoopGuard } from './loop-guard.ts';
import { parseOption } from './option.ts';
import type { Services } from './services.ts';
import { substitute } from './substitute.ts';
import { Variables } from './variables.ts';

export type ActiveflowEventType = 'activeflow_created' | 'activeflow_updated' | 'activeflow_deleted';

export interface ActiveflowOptions {
  readonly flowId: string;
  readonly actions: readonly ActionJson[];
  readonly customerId: string;
  readonly call: Call;
  readonly catalogue: ActionCatalogue;
  readonly services: Services;
  readonly log: Log;
  readonly onChange: (type: ActiveflowEventType, record: ActiveflowRecord) => void;
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
  readonly #options: ActiveflowOptions;
  readonly #scope: Scope;
  readonly #callVariables: CallVariables;
  readonly #lists: Map<string, ActionList>;
  readonly #counters = new Map<string, { value: number }>();
  readonly #guard = new LoopGuard();
  readonly #log: Log;
  #cursor: Cursor;
  #record: ActiveflowRecord;
  #began = neverTime;
  #lastList = 0;

  constructor(options: ActiveflowOptions) {
    const { call, flowId, actions, customerId } = options;
    this.#options = options;
    this.#scope = call.scope.child();
    this.#log = childLog(call.log, { activeflow: this.id });
    this.#lists = new Map([[mainList, { id: mainList, actions }]]);
    this.#cursor = start(this.#lists);
    const now = wireTime(nowMicros());
    this.#record = {
      id: this.id,
      flow_id: flowId,
      customer_id: customerId,
      reference_type: 'call',
      reference_id: call.id,
      current_action: startAction,
      forward_action_id: zeroId,
      actions,
      tm_create: now,
      tm_update: now,
      tm_delete: neverTime,
    };
    this.#callVariables = new CallVariables(call);
    this.variables = new Variables([(name) => this.#fact(name), this.#callVariables.source]);
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
    this.#options.onChange('activeflow_created', this.#record);
  }

  /** Runs to the end. Resolves, never rejects, to the reason its call is to be hung up with. */
  async run(): Promise<HangupReason> {
    const { call } = this.#options;
    const stop = (): void => void this.#scope.close(call.hangupSignal.reason);
    if (call.hangupSignal.aborted) stop();
    else call.hangupSignal.addEventListener('abort', stop, { once: true });
    try {
      return await this.#loop();
    } catch (error) {
      if (this.#scope.signal.aborted) return 'normal';
      this.#log.error({ error: messageOf(error) }, 'activeflow_broken');
      return 'failed';
    } finally {
      call.hangupSignal.removeEventListener('abort', stop);
      await this.#scope.close(flowEnded);
    }
  }

  /** Says that it is over; the last thing anybody hears of it. */
  finish(): void {
    this.#options.onChange('activeflow_deleted', { ...this.#record, tm_update: wireTime(nowMicros()) });
  }

  async #loop(): Promise<HangupReason> {
    for (;;) {
      this.#scope.signal.throwIfAborted();
      const action = current(this.#cursor, this.#lists);
      if (!action) return 'normal';
      if (!this.#guard.admit()) {
        this.#fail(action, new ActionError('loop_detected', 'the flow runs in a loop'));
        return 'failed';
      }
      const began = performance.now();
      const outcome = await this.#step(action);
      this.#guard.waited(performance.now() - began);
      this.#move(action, outcome);
    }
  }

  async #step(action: ActionJson): Promise<Outcome> {
    const scope = this.#scope.child();
    try {
      const type = this.#options.catalogue.get(action.type);
      if (!type) throw new ActionError('UNKNOWN_ACTION', `there is no action ${action.type}`);
      const option = await this.#begin(type, action, scope.signal);
      return (await type.run(this.#context(action, scope), option)) ?? { go: 'next' };
    } catch (error) {
      this.#scope.signal.throwIfAborted();
      this.#fail(action, error);
      return action.on_error_id ? { go: 'to', actionId: action.on_error_id } : { go: 'next' };
    } finally {
      await scope.close(actionEnded);
    }
  }

  /** Makes an action the current one: its option with values, shown to the world, then what it needs of the call. */
  async #begin(type: Action, action: ActionJson, signal: AbortSignal): Promise<unknown> {
    const written = action.option ?? {};
    await this.#callVariables.load(written, signal);
    const substituted = substitute(
      written,
      (name) => this.variables.get(name),
      (path) => type.escape(path, written),
    );
    this.#show(type, action, substituted.option);
    const option = parseOption(type, substituted);
    if (type.needs === 'answered call') await this.#options.call.answer(signal);
    return option;
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
    this.#options.onChange('activeflow_updated', this.#record);
    if (type.needs !== 'nothing') this.#options.call.setAction({ ...shown, tm_execute: this.#began });
  }

  #context(action: ActionJson, scope: Scope): ActionContext {
    return {
      action,
      call: this.#options.call,
      variables: this.variables,
      services: this.#options.services,
      log: childLog(this.#log, { action: action.id, type: action.type }),
      scope,
      signal: scope.signal,
      counter: this.#counter(action),
      publish: (event) => this.#publish(event),
    };
  }

  #counter({ id }: ActionJson): { value: number } {
    const key = `${this.#cursor.at(-1)?.list ?? ''}/${id}`;
    const counter = this.#counters.get(key) ?? { value: 0 };
    this.#counters.set(key, counter);
    return counter;
  }

  #move(action: ActionJson, outcome: Outcome): void {
    const next = advance(this.#cursor, this.#lists, this.#moveOf(outcome));
    if (next) {
      this.#cursor = next;
      return;
    }
    // Only a target that was a placeholder, or a list that pushes itself for ever, gets here.
    this.#fail(action, new ActionError('INVALID_TARGET', 'there is no such action to go to'));
    const fallback: Move = action.on_error_id ? { go: 'to', actionId: action.on_error_id } : { go: 'next' };
    this.#cursor = advance(this.#cursor, this.#lists, fallback) ?? [];
  }

  #moveOf(outcome: Outcome): Move {
    if (outcome.go !== 'into') return outcome;
    const list = { id: `list-${++this.#lastList}`, actions: outcome.actions };
    this.#lists.set(list.id, list);
    return { go: 'into', list: list.id };
  }

  /** Tells of a failed action: in the log, in the variables, by an event. */
  #fail({ id, type }: ActionJson, error: unknown): void {
    const code = error instanceof ActionError ? error.code : 'INTERNAL';
    const message = error instanceof ActionError ? error.message : 'the action failed unexpectedly';
    const cause = error instanceof ActionError ? error.cause : error;
    this.#log.warn(
      { action: id, type, code, reason: message, ...(cause !== undefined && { cause: messageOf(cause) }) },
      'action_failed',
    );
    for (const [name, value] of Object.entries({ type, id, code, message })) {
      this.variables.set(`voipbin.action.error.${name}`, value);
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
