import type { Ari } from '../ari/ari.ts';
import type { Call } from '../calls/call.ts';
import type { CallRecord } from '../calls/call-record.ts';
import type { CallRegistry } from '../calls/call-registry.ts';
import type { CallState } from '../calls/call-state.ts';
import { zeroId } from '../core/clock.ts';
import type { Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { within } from '../core/wait.ts';
import type { ShownActiveflow } from '../flows/activeflow-record.ts';
import type { ActiveflowState } from '../flows/activeflow-state.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import { canResume } from '../flows/can-resume.ts';
import type { Completion } from '../flows/completion.ts';
import type { ActionCatalogue } from '../flows/load-actions.ts';
import { type Ending, endLeftBehind, type LeftBehind } from './end-left-behind.ts';
import { fateOf } from './fate.ts';

/** What is stored of one thing that had not ended; without its state where that cannot be read. */
export interface Row<R, S> {
  readonly record: R;
  readonly state: S | undefined;
}

/** Those who live on, as far as it is known yet. */
export interface Survivors {
  readonly calls: readonly Call[];
  readonly callOf: (id: string) => Call | undefined;
  /** Resolves when Asterisk has said what it has: those whose channels are gone have ended by then, and flows are about to go on. */
  readonly whenCompared: Promise<void>;
}

/** What one kind of things, other than calls and flows, does with what is left of it: goes on with it, or ends it and tells of that. */
export type Rescue = (survivors: Survivors) => Promise<void>;

export interface RecoveryOptions extends Pick<LeftBehind, 'ended' | 'filesOf'> {
  readonly rows: {
    calls(): Promise<readonly Row<CallRecord, CallState>[]>;
    activeflows(): Promise<readonly Row<ShownActiveflow, ActiveflowState>[]>;
  };
  readonly ari: Pick<Ari, 'left'>;
  /** Whether it is the Asterisk that the calls are in; of those in another one nobody hears any more. */
  readonly isTheirs?: boolean;
  readonly calls: Pick<CallRegistry, 'restore'>;
  /** Goes on with calls of our making: none is dialled again. */
  readonly outgoing: { goOn(call: Call, state: CallState): void };
  /** Lets those talk on who talked without a flow. */
  readonly talks: { goOn(both: readonly [Call, Call], bridge: string): void };
  readonly activeflows: Pick<Activeflows, 'restore'>;
  readonly catalogue: ActionCatalogue;
  /** In this order. */
  readonly rescues: readonly Rescue[];
  readonly ending: Ending;
  readonly scope: Scope;
  readonly log: Log;
}

/** Without Asterisk for so long, nobody is there any more to go on with. */
const patience = 30_000;

/**
 * Goes on with all that a daemon which died has left behind. Calls are there again before Asterisk is asked, so that no event is
 * missed; what they were at is begun again when it has answered.
 */
export class Recovery {
  readonly #options: RecoveryOptions;
  readonly #calls = new Map<string, Call>();
  /** Those whose flow is at an action that cannot be begun again. */
  readonly #stuck = new Set<string>();
  /** Those that have a flow. */
  readonly #inFlow = new Set<string>();
  readonly #compared = Promise.withResolvers<void>();
  #isUpgrade = false;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  /** Whether some calls were written by a version that told less of them: which channels were theirs nobody knows. */
  get isUpgrade(): boolean {
    return this.#isUpgrade;
  }

  /** Before the connection to Asterisk is opened. Answers the flows that are due because others have been ended. */
  async begin(): Promise<readonly Completion[]> {
    const { rows, ari, rescues, scope, isTheirs = true } = this.#options;
    const left = await rows.calls();
    if (isTheirs) this.#restore(left);
    this.#isUpgrade = left.some(({ state }) => state === undefined);
    this.#chainAgain();
    const survivors = {
      calls: [...this.#calls.values()],
      callOf: (id: string) => this.#calls.get(id),
      whenCompared: this.#compared.promise,
    };
    for (const rescue of rescues) await rescue(survivors);
    const completions = await this.#beginFlows(left);
    if (this.#calls.size === 0) this.#compared.resolve();
    else {
      ari.left.isAwaited = true;
      scope.spawn('recovery', (signal) => this.#goOn(signal));
    }
    return completions;
  }

  /** Asterisk has said what it has, and the calls whose channels are gone have ended. */
  compared(): void {
    for (const call of this.#calls.values()) {
      if (this.#fateOf(call) === 'end') call.hangup('failed');
      else void call.silence.endLeft();
    }
    this.#talkOn();
    this.#calls.clear();
    this.#compared.resolve();
  }

  async #goOn(signal: AbortSignal): Promise<void> {
    const isCompared = await within(
      this.#compared.promise.then(() => true),
      patience,
      signal,
    );
    if (isCompared) return;
    this.#options.log.error({ calls: this.#calls.size }, 'calls_given_up');
    this.#options.ari.left.clear();
    for (const call of this.#calls.values()) call.reconcile(undefined);
    this.compared();
  }

  #restore(left: readonly Row<CallRecord, CallState>[]): void {
    const { calls, outgoing } = this.#options;
    const states = new Map<Call, CallState>();
    for (const { record, state } of left) {
      if (!state) continue;
      const call = calls.restore({ record, state });
      this.#calls.set(call.id, call);
      states.set(call, state);
    }
    for (const [call, state] of states) outgoing.goOn(call, state);
  }

  #talkOn(): void {
    for (const call of this.#calls.values()) {
      const partner = this.#partnerOf(call);
      const { talk } = call.attachment;
      // Each of the two names the other one; they begin once.
      if (partner && talk && call.id < partner.id) this.#options.talks.goOn([call, partner], talk.bridge);
    }
  }

  #chainAgain(): void {
    for (const call of this.#calls.values())
      for (const id of call.record.chained_call_ids) {
        const other = this.#calls.get(id);
        if (other) call.chain(other, false);
      }
  }

  /** Those that can go on wait for Asterisk; the others are ended, and their calls with them. */
  async #beginFlows(calls: readonly Row<CallRecord, CallState>[]): Promise<readonly Completion[]> {
    const { rows, activeflows, catalogue, ending, ended, filesOf, scope, log } = this.#options;
    const over: Row<ShownActiveflow, ActiveflowState>[] = [];
    for (const row of await rows.activeflows()) {
      const { state } = row;
      const { status: _, ...record } = row.record; // what is told does not show it
      const isOnCall = record.reference_type === 'call';
      const call = this.#calls.get(record.reference_id);
      // Without counts it was written by a version that told too little of where it was.
      if (!state?.guard || (isOnCall && !call)) {
        over.push(row);
        continue;
      }
      if (call) this.#inFlow.add(call.id);
      if (call && !canResume(state, record, catalogue)) this.#stuck.add(call.id);
      log.info({ activeflow: record.id, call: call?.id, action: record.current_action.type }, 'flow_resumed');
      const ready = call ? this.#compared.promise : Promise.resolve();
      scope.spawn('activeflow', () => activeflows.restore({ record, state }, ready, call));
    }
    const lost = calls.filter(({ record }) => !this.#calls.has(record.id));
    const states = new Map(lost.flatMap(({ record, state }) => (state ? [[record.id, state]] : [])));
    const left = { calls: lost.map(({ record }) => record), states, activeflows: over };
    return endLeftBehind({ ...left, ended, filesOf }, ending);
  }

  #fateOf(call: Call): ReturnType<typeof fateOf> {
    return fateOf({
      isReadable: true,
      hasChannel: !call.isEnded,
      with: this.#whoGoesOnWith(call),
      canResume: !this.#stuck.has(call.id),
    });
  }

  #whoGoesOnWith(call: Call): Parameters<typeof fateOf>[0]['with'] {
    if (call.whereabouts.isElsewhere) return 'dialplan';
    if (this.#inFlow.has(call.id)) return 'flow';
    if (this.#partnerOf(call)) return 'partner';
    const { master_call_id: masterId } = call.record;
    const isLeg = masterId !== zeroId && this.#calls.has(masterId) && !call.attachment.isDetached;
    return isLeg ? 'master' : 'nobody';
  }

  /** Who talks to it without a flow. */
  #partnerOf({ id, attachment: { talk } }: Call): Call | undefined {
    const partner = talk && this.#calls.get(talk.with);
    const isMutual = partner?.attachment.talk?.with === id && partner.attachment.talk.bridge === talk?.bridge;
    return isMutual && !this.#inFlow.has(id) && !this.#inFlow.has(partner.id) ? partner : undefined;
  }
}
