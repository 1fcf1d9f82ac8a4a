import { randomUUID } from 'node:crypto';
import type { Call } from '../calls/call.ts';
import { sendDigits } from '../calls/digits-sending.ts';
import { setHold } from '../calls/hold.ts';
import { startHoldMusic, stopHoldMusic } from '../calls/hold-music.ts';
import type { ActionCode } from '../core/action-codes.ts';
import { nowMicros, wireTime, zeroId } from '../core/clock.ts';
import { ActionError, AriflowError, LifetimeEnded } from '../core/errors.ts';
import { Limit } from '../core/limit.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import { beside } from '../flows/beside-the-flow.ts';
import type { CallCommand } from '../flows/call-command.ts';
import { failureOf } from '../flows/failure.ts';
import type { FlowEvent, FlowEventFacts } from '../flows/flow-event.ts';
import type { Services } from '../flows/services.ts';
import { playAll } from '../media/playlist.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { Recordings } from '../recordings/recordings.ts';
import { speak } from '../speech/speaking.ts';
import type { Transfers } from '../transfers/transfers.ts';

export interface CallCommandsOptions {
  readonly calls: { get(id: string): Call | undefined };
  readonly sounds: Pick<Services, 'speech' | 'media'>;
  readonly recordings: Pick<Recordings, 'start' | 'stop' | 'pause' | 'resume' | 'get'>;
  readonly activeflows: Pick<Activeflows, 'idOn'>;
  readonly transfers: Pick<Transfers, 'redirect'>;
  readonly onEvent: (event: FlowEvent) => void;
}

/** How many commands of a call may be under way or wait. */
const mostInLine = 10;

/** What is under way on a call, one after the other. */
interface Line {
  readonly turn: Limit;
  readonly dropped: AbortController;
  length: number;
}

/** What runs in a line sees the call, and a signal that ends it: the hang-up's, or because it was dropped. */
type Work = (signal: AbortSignal) => Promise<unknown>;

/** Carries out what the API asks of live calls, beside their flows. */
export class CallCommands {
  readonly #options: CallCommandsOptions;
  readonly #lines = new WeakMap<Call, Line>();

  constructor(options: CallCommandsOptions) {
    this.#options = options;
  }

  /** Asks for the hang-up of a call that lives; false where none does. */
  hangup(id: string): boolean {
    const call = this.#options.calls.get(id);
    call?.hangup(call.isUp ? 'normal' : 'cancel');
    return call !== undefined;
  }

  /**
   * Recordings obey at once. All else that is done on the call is accepted, and done one after the other; what fails of it
   * then is told by `action_failed`. Resolves to the id of the recording it is about, if it is about one.
   * @throws AriflowError, ActionError, LifetimeEnded why it cannot be done
   */
  async perform(id: string, command: CallCommand): Promise<string | undefined> {
    const call = this.#answered(id);
    switch (command.type) {
      case 'recording_start':
        return this.#startRecording(call, command.option);
      case 'recording_stop':
        return recorded(this.#options.recordings.stop(call, command.option.id || undefined));
      case 'recording_pause':
      case 'recording_resume':
        return this.#pauseRecording(call, command.type, command.option.id);
      default:
        this.#inTurn(call, command.type, this.#workOf(call, command));
        return undefined;
    }
  }

  /** Sends a call to another flow, and drops what was still to be done on it. @throws AriflowError, LifetimeEnded */
  async redirect(id: string, flow: FlowToRun): Promise<void> {
    const call = this.#live(id);
    if (call.record.direction === 'outgoing' && !call.isUp) throw conflict('the call is not answered');
    this.#lines.get(call)?.dropped.abort(new LifetimeEnded('the call was redirected'));
    this.#lines.delete(call);
    await this.#options.transfers.redirect(call, flow);
  }

  #live(id: string): Call {
    const call = this.#options.calls.get(id);
    if (!call || call.hangupSignal.aborted) throw conflict('the call has ended');
    if (call.whereabouts.isElsewhere) throw conflict('the call is in the dialplan of Asterisk');
    return call;
  }

  #answered(id: string): Call {
    const call = this.#live(id);
    if (!call.isUp) throw conflict('the call is not answered');
    return call;
  }

  #workOf(call: Call, command: Exclude<CallCommand, { readonly type: `recording_${string}` }>): Work {
    const { speech, media } = this.#options.sounds;
    const { hangupSignal } = call;
    const stopMusic = (): Promise<void> => stopHoldMusic(call, hangupSignal);
    switch (command.type) {
      case 'talk':
        return unlessEnded(call, (signal) =>
          speak(call, speech, command.option, { id: call.resourceId, signal }),
        );
      case 'play': {
        const onSkipped = (index: number, error: unknown): void => this.#tellSkipped(call, index, error);
        return unlessEnded(call, (signal) =>
          playAll({ call, id: call.resourceId, media, signal, onSkipped }, command.option),
        );
      }
      case 'digits':
        return (signal) => sendDigits(call, command.option, signal);
      case 'hold':
      case 'unhold':
        return ordering(call, 'HOLD_FAILED', (signal) => setHold(call, command.type === 'hold', signal));
      case 'mute':
        return ordering(call, 'MUTE_FAILED', () => call.muting.mute(command.option.direction));
      case 'unmute':
        return ordering(call, 'MUTE_FAILED', () => call.muting.unmute(command.option.direction));
      case 'moh':
        return ordering(call, 'MOH_FAILED', () =>
          call.orders.give('moh', () => startHoldMusic(call, hangupSignal), stopMusic),
        );
      case 'moh_stop':
        return ordering(call, 'MOH_FAILED', () => call.orders.takeBack('moh', stopMusic));
      default:
        return command satisfies never;
    }
  }

  #inTurn(call: Call, type: string, work: Work): void {
    const line = this.#lines.get(call) ?? { turn: new Limit(1), dropped: new AbortController(), length: 0 };
    this.#lines.set(call, line);
    if (line.length >= mostInLine) throw conflict(`${mostInLine} commands are waiting on this call`);
    line.length++;
    const dropped = line.dropped.signal;
    beside(this.#context(call, type), async (scope) => {
      const signal = AbortSignal.any([scope.signal, dropped]);
      try {
        await line.turn.run(async () => {
          signal.throwIfAborted();
          await work(signal);
        });
      } catch (error) {
        if (!dropped.aborted) throw error;
      } finally {
        line.length--;
      }
    });
  }

  async #startRecording(
    call: Call,
    wanted: Extract<CallCommand, { readonly type: 'recording_start' }>['option'],
  ): Promise<string> {
    const { action, publish } = this.#context(call, 'recording_start');
    const onFailure = (error: unknown): void => {
      const { code, message } = failureOf(error);
      publish({ type: 'action_failed', data: { action, code, message } });
    };
    const { recordings } = this.#options;
    return (await recordings.start(call, wanted, { id: randomUUID(), signal: call.hangupSignal, onFailure }))
      .id;
  }

  async #pauseRecording(
    call: Call,
    type: 'recording_pause' | 'recording_resume',
    given: string,
  ): Promise<string> {
    const { recordings } = this.#options;
    const id = given || call.record.recording_id;
    if (id === zeroId) throw conflict('the call is not being recorded');
    const { reference_id } = await recordings.get(id);
    if (reference_id !== call.id) throw new AriflowError('NOT_FOUND', 'no such recording of this call');
    await (type === 'recording_pause' ? recordings.pause(id) : recordings.resume(id));
    return id;
  }

  #tellSkipped(call: Call, index: number, error: unknown): void {
    const { action, publish } = this.#context(call, 'play');
    const { code, message } = failureOf(error);
    const data = { action, code, message: `stream_urls[${index}]: ${message}` };
    publish({ type: 'action_failed', data });
  }

  /** A command stands where an action would, but is none of a flow: it has no id. */
  #context(call: Call, type: string) {
    const publish = ({ type: event, data }: FlowEventFacts): void => {
      const reference = {
        id: randomUUID(),
        activeflow_id: this.#options.activeflows.idOn(call) ?? zeroId,
        reference_type: 'call',
        reference_id: call.id,
      };
      // The facts of an event and its reference make the whole event, whichever of the union it is.
      this.#options.onEvent({
        type: event,
        data: { ...reference, ...data, tm_create: wireTime(nowMicros()) },
      } as FlowEvent);
    };
    return { action: { id: zeroId, type }, call, publish };
  }
}

/** What a call is to hear is not begun any more where all such was ended since it was asked for. */
function unlessEnded(call: Call, work: Work): Work {
  const end = call.prompts.ended;
  return async (signal) => end.aborted || (await work(signal));
}

/**
 * An order to Asterisk that says no more than whether it was taken. It is for where the call is: come to be elsewhere, or in a
 * conversation, it is not given any more.
 */
function ordering(call: Call, code: ActionCode, order: (signal: AbortSignal) => Promise<void>): Work {
  const end = call.orders.ended;
  return async (signal) => {
    if (end.aborted) return;
    try {
      await order(AbortSignal.any([signal, end]));
    } catch (cause) {
      signal.throwIfAborted();
      if (end.aborted) return;
      throw new ActionError(code, 'Asterisk does not do that with this call', { cause });
    }
  };
}

function recorded(id: string | undefined): string {
  if (id === undefined) throw conflict('there is no such recording under way');
  return id;
}

function conflict(message: string): AriflowError {
  return new AriflowError('CONFLICT', message);
}
