import type { Call } from '../../calls/call.ts';
import { longestCommandLine } from '../../calls/command-line.ts';
import type { DiaryState } from '../../calls/diary-entry.ts';
import { zeroId } from '../../core/clock.ts';
import { childLog } from '../../core/log.ts';
import type { Action } from '../../flows/action.ts';
import type { Activeflows } from '../../flows/activeflows.ts';
import { beside } from '../../flows/beside-the-flow.ts';
import { tellFailure } from '../../flows/failure.ts';
import { type FlowEvent, type FlowEventFacts, flowEvent } from '../../flows/flow-event.ts';
import type { ActionCatalogue } from '../../flows/load-actions.ts';
import type { FlowToRun } from '../../ports/flow-to-run.ts';
import type { Ports } from '../../ports/ports.ts';
import type { Recordings } from '../../recordings/recordings.ts';
import type { CallCommand, LiveCalls } from '../parts.ts';
import { conflict } from '../problems.ts';
import { commandsIn } from './command-names.ts';
import { isRecordingCommand, orderRecording } from './recording-commands.ts';

export interface CallCommandsOptions {
  readonly calls: { get(id: string): Call | undefined };
  readonly catalogue: ActionCatalogue;
  readonly ports: Ports;
  readonly recordings: Pick<Recordings, 'start' | 'stop' | 'pause' | 'resume' | 'get'>;
  readonly activeflows: Pick<Activeflows, 'idOn'>;
  readonly transfers: { redirect(call: Call, flow: FlowToRun): Promise<void> };
  readonly onEvent: (event: FlowEvent) => void;
}

/** A command has no variables: what it says is taken as it is. */
const noVariables = { get: () => '' };

/** Carries out what the API asks of live calls: a command is an action, run beside the flow. */
export class CallCommands implements LiveCalls {
  readonly #options: CallCommandsOptions;
  readonly #actions: ReadonlyMap<string, Action>;

  constructor(options: CallCommandsOptions) {
    this.#options = options;
    this.#actions = commandsIn(options.catalogue);
  }

  hangup(id: string): boolean {
    const call = this.#options.calls.get(id);
    call?.hangup(call.isUp ? 'normal' : 'cancel');
    return call !== undefined;
  }

  async perform(id: string, { type, option }: CallCommand): Promise<string | undefined> {
    const call = this.#answered(id);
    if (isRecordingCommand(type)) {
      const onFailure = (error: unknown): void => tellFailure(this.#teller(call, type), error);
      return orderRecording(this.#options.recordings, call, { type, option, onFailure });
    }
    const action = this.#actions.get(type);
    if (!action) throw new Error(`there is no command ${type}`);
    this.#accept(call, { type, action, option });
    return undefined;
  }

  async redirect(id: string, flow: FlowToRun): Promise<void> {
    const call = this.#live(id);
    if (call.record.direction === 'outgoing' && !call.isUp) throw conflict('the call is not answered');
    call.commands.drop();
    await this.#options.transfers.redirect(call, flow);
  }

  diary(id: string): DiaryState | undefined {
    const state = this.#options.calls.get(id)?.diary.state;
    return state && { ...state, entries: [...state.entries] };
  }

  #live(id: string): Call {
    const call = this.#options.calls.get(id);
    if (!call || call.hangupSignal.aborted) throw conflict('the call has ended');
    if (call.whereabouts.isElsewhere || call.whereabouts.isOnErrand)
      throw conflict('the call is in the dialplan of Asterisk');
    return call;
  }

  #answered(id: string): Call {
    const call = this.#live(id);
    if (!call.isUp) throw conflict('the call is not answered');
    return call;
  }

  /** Puts a command into the line of the call. A failure when its turn has come is told by `action_failed`. */
  #accept(call: Call, { type, action, option }: Accepted): void {
    const { commands } = call;
    if (commands.isFull) throw conflict(`${longestCommandLine} commands are waiting on this call`);
    const until = action.command?.until;
    const ended = until && call[until].ended;
    const teller = this.#teller(call, type);
    const context = {
      ...teller,
      ports: this.#options.ports,
      log: childLog(call.log, { type }),
      variables: noVariables,
      id: call.resourceId,
      // An order ends with the daemon that has taken it.
      keep: () => undefined,
      left: () => undefined,
    };
    beside(teller, (scope) =>
      commands.run(async (dropped) => {
        scope.signal.throwIfAborted();
        if (ended?.aborted) return;
        const own = scope.child({ until: dropped });
        try {
          await action.run({ ...context, scope: own, signal: own.signal }, option);
        } finally {
          await own.close();
        }
      }),
    );
  }

  /** A command stands where an action would, but is none of a flow: it has no id. */
  #teller(call: Call, type: string) {
    const { activeflows, onEvent } = this.#options;
    const publish = (event: FlowEventFacts): void => {
      const activeflow_id = activeflows.idOn(call) ?? zeroId;
      onEvent(flowEvent(event, { activeflow_id, reference_type: 'call', reference_id: call.id }));
    };
    return { action: { id: zeroId, next_id: zeroId, type }, call, publish };
  }
}

interface Accepted {
  /** As it was ordered. */
  readonly type: string;
  readonly action: Action;
  readonly option: unknown;
}
