import type { Address } from '../calls/address.ts';
import type { Call } from '../calls/call.ts';
import type { Entry } from '../calls/diary-entry.ts';
import { leaveBridge } from '../calls/leave-bridge.ts';
import { dismiss, type Trial } from '../calls/trial.ts';
import { millisOf, nowMicros, zeroId } from '../core/clock.ts';
import { LazySet } from '../core/lazy-set.ts';
import { Living } from '../core/living.ts';
import { within } from '../core/wait.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import { Activeflow } from './activeflow.ts';
import type { ActiveflowOptions } from './activeflow-options.ts';
import type { LeftActiveflow } from './activeflow-state.ts';
import { type Completion, successorOf } from './completion.ts';

/** What is an activeflow's own; all else is the same for each. */
type Own = Pick<
  ActiveflowOptions,
  'call' | 'scope' | 'initial' | 'generation' | 'completes' | 'depth' | 'id' | 'after' | 'awaits' | 'left'
>;

export interface ActiveflowsOptions extends Omit<ActiveflowOptions, 'flow' | Exclude<keyof Own, 'scope'>> {
  /** A completion comes to nothing: its flow is gone. */
  readonly onPassedOver?: (completion: Completion) => void;
}

/** How a call comes to another flow. */
export interface Sending {
  /** Who has sent it there. */
  readonly by?: Address | undefined;
  /** Of somebody who waits for what comes of it. */
  readonly trial?: Trial | undefined;
  /** Whose flow it goes on with; else it begins. */
  readonly after?: Activeflow | undefined;
}

/** How long the end of a leg may come after that of its call, in milliseconds. */
const legPatience = 5_000;

/** Every activeflow there is. */
export class Activeflows {
  readonly #options: ActiveflowsOptions;
  readonly #live = new Living<string, Activeflow>();
  /** By the ids of their calls. */
  readonly #onCalls = new Living<
    string,
    { readonly activeflow: Activeflow; readonly stopped: Promise<void> }
  >();
  /** The ids of those without a call, but for those that come after another. */
  readonly #alone = new LazySet<string>();
  /** Calls that outlive their activeflow. */
  readonly #released = new LazySet<string>();

  constructor(options: ActiveflowsOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#live.size;
  }

  /** How many that have no call were asked for by somebody. */
  get alone(): number {
    return this.#alone.size;
  }

  get(id: string): Activeflow | undefined {
    return this.#live.get(id);
  }

  /** The id of the activeflow on a call; `undefined` where it has none just now. */
  idOn(call: Call): string | undefined {
    return this.#onCalls.get(call.id)?.activeflow.id;
  }

  /** Asks a living activeflow to end; false where none lives. */
  stop(id: string): boolean {
    const activeflow = this.#live.get(id);
    activeflow?.stop();
    return activeflow !== undefined;
  }

  /** Runs a flow on a call, from its first event to its last. Resolves when the call is over. */
  runOnCall(call: Call, flow: FlowToRun): Promise<void> {
    return this.startOnCall(call, flow).done;
  }

  /** The same, and the activeflow is there at once. A call that ends before what its actions wait for runs none. */
  startOnCall(
    call: Call,
    flow: FlowToRun,
    own: Pick<Own, 'initial' | 'depth' | 'id' | 'awaits'> = {},
  ): { readonly activeflow: Activeflow; readonly done: Promise<void> } {
    const activeflow = this.#make(flow, { call, scope: call.scope, ...own });
    call.announce(flow.id, activeflow.id, flow.revision);
    return {
      activeflow,
      done: this.#onCall(activeflow, call, own.awaits ? awaited(call, own.awaits) : undefined),
    };
  }

  /**
   * One that a daemon which died has left behind goes on where it was, when `ready` resolves; nobody is told. Resolves when it, and
   * its call if it has one, is over.
   */
  async restore(left: LeftActiveflow, ready: Promise<void>, call?: Call): Promise<void> {
    const flow = flowOf(left);
    const { depth, generation, awaits } = left.state;
    const scope = call?.scope ?? this.#options.scope;
    const activeflow = this.#keep(flow, { left, call, scope, depth, generation, awaits });
    if (call)
      return this.#onCall(
        activeflow,
        call,
        ready.then(() => awaited(call, awaits)),
      );
    if (generation === 0) this.#alone.add(activeflow.id);
    await this.#aloneToTheEnd(activeflow, ready);
  }

  /**
   * Ends the flow of a call, if it has one, and not the call: whoever asks does something else with it, or `flow` goes on
   * with it. Resolves when the actions have stopped; `done`, when the call is over. @throws CallHungUp where it is hung up
   */
  async takeOver(
    call: Call,
    flow?: FlowToRun,
    { by, trial, after }: Sending = {},
  ): Promise<{ readonly done: Promise<void> }> {
    const isLeg = !this.#onCalls.has(call.id);
    // Somebody else who has waited for the same end may have been first: then it is his flow that ends.
    while (this.#onCalls.has(call.id)) await this.#release(call);
    call.hangupSignal.throwIfAborted();
    call.referral.endTrial();
    call.prompts.end();
    if (!flow) {
      call.transferred(zeroId);
      return { done: call.whenEnded };
    }
    if (isLeg || by) call.referral.send(by);
    const activeflow = this.#make(flow, { call, scope: call.scope, after });
    call.transferred(flow.id, activeflow.id, flow.revision);
    trial?.begin(call);
    const ready = freed(call, isLeg);
    const done = this.#onCall(activeflow, call, ready);
    // What is ordered of the call from now on is meant for where it is.
    await ready.catch(() => undefined);
    return { done };
  }

  /**
   * Lets `heir` go on with the flow of a call, from the action that it is at; the call is left without one. `pass` gives him what
   * else is the call's there, in the moment that its flow is stopped. Nothing is done where there is none, or it says no.
   */
  async inherit(
    call: Call,
    heir: Call,
    { by, pass }: Pick<Sending, 'by'> & { readonly pass: () => boolean },
  ): Promise<{ readonly done: Promise<void> } | undefined> {
    await this.#release(heir);
    const running = this.#onCalls.get(call.id);
    if (!running || !pass()) return undefined;
    this.#released.add(call.id);
    running.activeflow.stop();
    await running.stopped;
    const { activeflow } = running;
    return this.takeOver(heir, activeflow.flow, { by, after: activeflow });
  }

  /** Ends the flow of a call, if it has one, and not the call. @throws CallHungUp where it is hung up */
  async #release(call: Call): Promise<void> {
    for (let running = this.#onCalls.get(call.id); running; running = this.#onCalls.get(call.id)) {
      this.#released.add(call.id);
      running.activeflow.stop();
      await running.stopped;
    }
    call.hangupSignal.throwIfAborted();
  }

  async #onCall(activeflow: Activeflow, call: Call, ready?: Promise<void>): Promise<void> {
    const { promise: stopped, resolve } = Promise.withResolvers<void>();
    this.#onCalls.set(call.id, { activeflow, stopped });
    const reason = await activeflow.run(ready?.catch(() => undefined));
    this.#onCalls.delete(call.id);
    const isReleased = this.#released.delete(call.id) || call.whereabouts.isElsewhere;
    if ((!isReleased || call.hangupSignal.aborted) && dismiss(call, reason)) {
      await call.whenEnded;
      // They were hung up with it, and are told of with it.
      await Promise.all(call.legs.map(({ whenEnded }) => within(whenEnded, legPatience)));
    }
    this.#end(activeflow, call);
    resolve();
  }

  /** Runs a flow without a call. The activeflow is there at once. */
  start(flow: FlowToRun, own: Pick<Own, 'initial' | 'generation' | 'completes' | 'depth'> = {}): Activeflow {
    const activeflow = this.#make(flow, { scope: this.#options.scope, ...own });
    if (own.completes === undefined) this.#alone.add(activeflow.id);
    this.#options.scope.spawn('activeflow', () => this.#aloneToTheEnd(activeflow));
    return activeflow;
  }

  async #aloneToTheEnd(activeflow: Activeflow, ready?: Promise<void>): Promise<void> {
    await activeflow.run(ready);
    this.#alone.delete(activeflow.id);
    this.#end(activeflow);
  }

  /** Runs the flow that is due after an activeflow. Nothing begins where the daemon is stopping: the next start runs it. */
  complete(completion: Completion): void {
    const { ports, scope, log, onPassedOver } = this.#options;
    const { id: completes, variables: initial, generation, depth } = completion;
    scope.spawn('completion', async (signal) => {
      const flow = await successorOf(completion, { flows: ports.flows, log, signal });
      if (signal.aborted) return;
      if (flow) this.start(flow, { initial, generation, completes, depth });
      else onPassedOver?.(completion);
    });
  }

  #make(flow: FlowToRun, own: Own): Activeflow {
    const activeflow = this.#keep(flow, own);
    activeflow.announce();
    return activeflow;
  }

  #keep(flow: FlowToRun, own: Own): Activeflow {
    const activeflow = new Activeflow({ ...this.#options, ...own, flow });
    this.#live.set(activeflow.id, activeflow);
    return activeflow;
  }

  #end(activeflow: Activeflow, call?: Call): void {
    if (call && !call.isEnded) call.diary.note(ranOn(activeflow));
    const completion = activeflow.finish(call);
    this.#live.delete(activeflow.id);
    if (completion) this.complete(completion);
  }
}

/** When the actions of a flow may begin; at once where they wait for nothing of its call. */
async function awaited(call: Call, awaits: Own['awaits']): Promise<void> {
  if (awaits === 'ringing') await call.whenRinging;
  if (awaits !== 'answer') return;
  await call.whenUp;
  await call.incoming.source.begun(call.hangupSignal);
}

/** What is run of it, as far as it takes that to go on. */
function flowOf({ record, state }: LeftActiveflow): FlowToRun {
  const { main: actions = record.actions, next, isTold, defaults, revision, trace } = state;
  return {
    id: record.flow_id,
    actions,
    end_webhook: isTold,
    defaults,
    revision,
    trace,
    trace_digits: state.traceDigits,
    ...(next && { on_complete_flow_id: next.flow_id }),
  };
}

/** A flow that was on a call which goes on. */
function ranOn({ id, flow, record }: Activeflow): Entry {
  const { id: what, revision = 0 } = flow;
  const at = millisOf(record.tm_create) * 1_000;
  return { kind: 'flow', at, end: nowMicros(), what, id, data: { flow_revision: revision } };
}

/** Rids a call of what was made of it for where it was. */
async function freed(call: Call, isLeg: boolean): Promise<void> {
  if (isLeg) await leaveBridge(call, call.hangupSignal);
  await call.orders.undo();
}
