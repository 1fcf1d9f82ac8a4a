import type { Call } from '../calls/call.ts';
import { now, zeroId } from '../core/clock.ts';
import { derivedUuid } from '../core/derived-uuid.ts';
import { ActionError, messageOf } from '../core/errors.ts';
import type { Log } from '../core/log.ts';
import { onAbort, orAbort, sleepUntil, within } from '../core/wait.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { Outgoing } from '../ports/outgoing.ts';
import type { FlowsPort } from '../ports/ports.ts';
import type { ReservedAgent } from '../ports/queues.ts';
import type { CallbackState } from './callback-state.ts';
import type { Queuecall } from './queuecall.ts';

/** What it takes to call somebody. */
export interface CallingBack {
  readonly outgoing: Pick<Outgoing, 'check' | 'start'>;
  readonly flows: FlowsPort;
  /** The call of this id, where it lives. */
  readonly callOf: (id: string) => Call | undefined;
  /** Whether there was such a call. */
  readonly wasMade: (id: string) => Promise<boolean>;
}

export interface CallbackOptions extends CallingBack {
  readonly queuecall: Queuecall;
  readonly state: CallbackState;
  /** This call is to have the place from now on; nobody, where it is none. */
  readonly onHolder: (callId: string | undefined) => void;
  readonly log: Log;
}

/** How long whoever has answered may take until his flow is at the queue: an agent waits for him. */
const joinPatience = 60_000;

/** How long until it is tried again where no call may be made just now: the limits of all, or Asterisk being away. */
const roomPatience = 5_000;

/** How long the end of a call that we hang up may take to be told. */
const endPatience = 5_000;

/**
 * Calls somebody who keeps his place in a queue: in his turn, with an agent reserved, so often at most. What is about to be done is
 * written down before, so that after a kill nobody is called twice.
 */
export class Callback {
  readonly queuecall: Queuecall;
  readonly #options: CallbackOptions;
  #state: CallbackState;

  constructor(options: CallbackOptions) {
    this.#options = options;
    this.queuecall = options.queuecall;
    this.#state = options.state;
  }

  get destination(): CallbackState['destination'] {
    return this.#state.destination;
  }

  /** Resolves when his call has its place, or nothing is left to be tried; rejects with the signal's reason, and then goes on with the next start. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      if (this.#state.callId !== undefined && (await this.#goOn(this.#state.callId, signal))) return;
      for (;;) {
        await sleepUntil(this.#state.notBefore, signal);
        const agent = await this.queuecall.nextAgent(signal);
        if (await this.#call(agent, signal)) return;
      }
    } catch (error) {
      if (!this.queuecall.out.aborted) throw error;
      this.queuecall.leave('kicked'); // or why it was taken out
    }
  }

  /** With the call that a daemon which died was making. True where there is nothing more to be done. */
  async #goOn(callId: string, signal: AbortSignal): Promise<boolean> {
    if (!this.queuecall.isCalledBack) return true; // it has come already
    const agent = await orAbort(this.queuecall.keptAgent(), signal);
    const { callOf, wasMade } = this.#options;
    const call = callOf(callId);
    if (call) return this.#comesOf(call, agent, signal);
    if (await orAbort(wasMade(callId), signal)) return this.#notReached(agent);
    return this.#dial(callId, agent, signal);
  }

  async #call(agent: ReservedAgent, signal: AbortSignal): Promise<boolean> {
    const tries = this.#state.tries + 1;
    const callId = derivedUuid('callback', this.queuecall.record.id, tries);
    this.#state = { ...this.#state, tries, callId };
    this.queuecall.dials(callId, agent, this.#state);
    return this.#dial(callId, agent, signal);
  }

  async #dial(callId: string, agent: ReservedAgent, signal: AbortSignal): Promise<boolean> {
    const { outgoing, onHolder } = this.#options;
    const { source, destination } = this.#state;
    const { ring_timeout: timeout } = this.queuecall.queue.callback;
    onHolder(callId);
    const flow = await this.#flow(signal);
    try {
      const activeflowId = derivedUuid('activeflow', callId);
      const { call } = outgoing.start({ callId, activeflowId, source, destination, flow, timeout, depth: 1 });
      this.queuecall.announceCalling();
      return await this.#comesOf(call, agent, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof ActionError)) throw error;
      return this.#refused(error, agent);
    }
  }

  /** True where his flow has come to the queue. */
  async #comesOf(call: Call, agent: ReservedAgent, signal: AbortSignal): Promise<boolean> {
    using _ = onAbort(signal, () => call.hangup('cancel'));
    const taken = this.queuecall.whenTaken.then(() => true);
    const over = Promise.race([taken, call.whenEnded.then(() => false)]);
    const first = await orAbort(Promise.race([over, call.whenUp.then(() => 'up' as const)]), signal);
    const isTaken = first === 'up' ? await within(over, joinPatience, signal) : first;
    if (isTaken) return true;
    if (isTaken === undefined) {
      call.hangup('timeout');
      await within(call.whenEnded, endPatience);
    }
    return this.#notReached(agent);
  }

  /** For now, or for good. */
  #refused({ code, message, isPassing }: ActionError, agent: ReservedAgent): boolean {
    this.#options.log.warn(
      { queuecall: this.queuecall.record.id, code, reason: message },
      'callback_not_made',
    );
    if (!isPassing) return this.#giveUp(agent);
    const { callId: _, ...state } = this.#state;
    return this.#waitAgain({ ...state, tries: state.tries - 1, notBefore: now() + roomPatience }, agent);
  }

  #notReached(agent: ReservedAgent): boolean {
    const { tries, retry_delay } = this.queuecall.queue.callback;
    if (this.#state.tries >= tries) return this.#giveUp(agent);
    const { callId: _, ...state } = this.#state;
    return this.#waitAgain({ ...state, notBefore: now() + retry_delay }, agent);
  }

  #waitAgain(state: CallbackState, agent: ReservedAgent): false {
    this.#state = state;
    this.#options.onHolder(undefined);
    this.queuecall.notTaken(state);
    agent.free(Promise.resolve());
    return false;
  }

  #giveUp(agent: ReservedAgent): true {
    agent.free(Promise.resolve());
    this.queuecall.leave('callback_failed');
    return true;
  }

  /** Where the queue has none for it, or that is gone, he is at the queue at once. */
  async #flow(signal: AbortSignal): Promise<FlowToRun> {
    const { queue, record } = this.queuecall;
    const option = { queue_id: queue.id, priority: record.priority };
    const id = derivedUuid('callback action', record.id);
    const straight = { id: zeroId, actions: [{ id, next_id: zeroId, type: 'queue_join', option }] };
    if (queue.callback_flow_id === zeroId) return straight;
    try {
      return (await orAbort(this.#options.flows.get(queue.callback_flow_id), signal)) ?? straight;
    } catch (error) {
      signal.throwIfAborted();
      this.#options.log.warn(
        { flow: queue.callback_flow_id, error: messageOf(error) },
        'callback_flow_not_read',
      );
      return straight;
    }
  }
}
