import { randomUUID } from 'node:crypto';
import type { Ari } from '../ari/ari.ts';
import type { AriEvent, Channel, ChannelHangupRequest } from '../ari/events.gen.ts';
import { AriError } from '../ari/transport.ts';
import { neverTime, nowMicros, wireTime, zeroId } from '../core/clock.ts';
import { ActionError, LifetimeEnded } from '../core/errors.ts';
import { type Expectation, Expectations } from '../core/expectations.ts';
import { childLog, type Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { after, sleep, within } from '../core/wait.ts';
import type { Address } from './address.ts';
import type { CallRecord, CurrentAction, HangupReason } from './call-record.ts';
import { DigitBuffer } from './dtmf.ts';
import { type ChannelEnd, causeOf, verdict } from './hangup-cause.ts';

/** Why everything of a call ended: it was hung up. */
export class CallHungUp extends LifetimeEnded {
  override readonly name = 'CallHungUp';
}

/** One for all: a reason is compared, not read, and a stack trace for each call costs more than the hang-up. */
const hungUp = new CallHungUp('the call was hung up');

export type CallEventType =
  | 'call_created'
  | 'call_ringing'
  | 'call_answered'
  | 'call_updated'
  | 'call_hungup';

export interface CallOptions {
  readonly ari: Ari;
  readonly channel: Channel;
  readonly source: Address;
  readonly destination: Address;
  readonly direction: 'incoming' | 'outgoing';
  /** Closed when the call is over. */
  readonly scope: Scope;
  readonly log: Log;
  /** No call lives longer, in milliseconds. */
  readonly maxDuration: number;
  /** Told of every change, in order, once the call has been announced. */
  readonly onChange: (type: CallEventType, record: CallRecord) => void;
}

/** Before its first action a call is at this one. */
export const startAction: CurrentAction = {
  id: '00000000-0000-0000-0000-000000000001',
  next_id: zeroId,
  type: '',
};

/** How long Asterisk may take to do what it has accepted. */
const patience = 5_000;

/**
 * One leg. Everything acquired for it lives in its scope, and only the news that the channel has ended closes that scope:
 * `hangup()` merely asks.
 */
export class Call {
  readonly id: string = randomUUID();
  readonly channelId: string;
  readonly scope: Scope;
  readonly digits = new DigitBuffer();
  readonly log: Log;
  readonly ari: Ari;
  readonly #options: CallOptions;
  readonly #events = new Expectations<AriEvent>();
  /** Ends before the scope does: when a hang-up is under way nothing new may start. */
  readonly #hangingUp = new AbortController();
  readonly #ended = Promise.withResolvers<void>();
  #record: CallRecord;
  #isUp: boolean;
  #isAnnounced = false;
  #isEnded = false;
  #isWatched = false;
  #intent: HangupReason | undefined;
  #cause: number | undefined;
  #end: ChannelEnd = {};
  #lastResource = 0;

  constructor(options: CallOptions) {
    this.#options = options;
    this.ari = options.ari;
    this.scope = options.scope;
    this.channelId = options.channel.id;
    this.log = childLog(options.log, { call: this.id, channel: this.channelId });
    this.#isUp = options.channel.state === 'Up';
    this.#record = firstRecord(this.id, options, this.#isUp);
    const limit = after(options.maxDuration, () => this.hangup('timeout'));
    this.scope.defer(() => limit[Symbol.dispose]());
    // Should the scope be closed from above, Asterisk being away: whoever waits for the end must still hear of it.
    this.scope.defer(() => this.#endUnheard());
  }

  get record(): CallRecord {
    return this.#record;
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Q.850: why it has ended. */
  get hangupCause(): number {
    const { cause } = this.#end;
    if (this.#intent !== undefined) return this.#cause ?? causeOf(this.#intent);
    return cause === undefined || cause === interworking ? causeOf(this.#record.hangup_reason) : cause;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Resolves when the channel is gone and everything of the call released. */
  get whenEnded(): Promise<void> {
    return this.#ended.promise;
  }

  /** How many waits for events of this call are open. */
  get pendingExpectations(): number {
    return this.#events.size;
  }

  /** Aborted as soon as the call is being hung up, by whomever. */
  get hangupSignal(): AbortSignal {
    return this.#hangingUp.signal;
  }

  /** Publishes the call, with what has happened to it meanwhile. */
  announce(flowId: string): void {
    this.#record = { ...this.#record, flow_id: flowId };
    this.#isAnnounced = true;
    this.#options.onChange('call_created', this.#record);
    this.#milestone('call_started', { direction: this.#record.direction, flow: flowId });
    if (this.#isEnded) this.#finish();
  }

  /** An id of ours for something of this call; derived, so that a sweep recognises what is left of it. */
  resourceId(kind: string): string {
    return `${this.ari.app}-${kind}-${this.id}-${++this.#lastResource}`;
  }

  /** Waits for an event of this call's channel. Register first, send the request then. */
  expect<T extends AriEvent['type']>(
    type: T,
    matches: (event: Extract<AriEvent, { type: T }>) => boolean,
    signal: AbortSignal,
  ): Expectation<Extract<AriEvent, { type: T }>> {
    return this.#events.expect(type, matches, signal);
  }

  /** Answers, unless it is up already. @throws ActionError when Asterisk will not. */
  async answer(signal: AbortSignal): Promise<void> {
    if (this.#isUp) return;
    using up = this.expect('ChannelStateChange', ({ channel }) => channel.state === 'Up', signal);
    try {
      await this.ari.answer(this.channelId, signal);
    } catch (cause) {
      signal.throwIfAborted();
      throw new ActionError('ANSWER_FAILED', 'the call cannot be answered', { cause });
    }
    // The news may have been lost with the connection, and found by reconciling.
    if (!(await within(up.event, patience, signal)) && !this.#isUp)
      throw new ActionError('ANSWER_FAILED', 'the channel did not come up');
  }

  /** Shows the action the call is at. */
  setAction(action: CurrentAction): void {
    if (this.#isEnded) return; // `call_hungup` is the last word
    this.#update('call_updated', { action });
  }

  /** A header of the INVITE, `''` where it has none. */
  async header(name: string, signal: AbortSignal): Promise<string> {
    try {
      return await this.ari.getVariable(this.channelId, `PJSIP_HEADER(read,${name})`, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof AriError && error.status >= 400) return ''; // Asterisk answers 500 for a header that is not there
      throw error;
    }
  }

  /** Asks Asterisk to end the call; that it has ended is `ended`. Whoever hung up first is the one who did. */
  hangup(reason: HangupReason): void {
    if (this.#isEnded || this.#hangingUp.signal.aborted) return;
    this.#intent = reason;
    const status = this.#record.direction === 'outgoing' && !this.#isUp ? 'canceling' : 'terminating';
    this.#update('call_updated', { status });
    this.#leave();
  }

  /** Refuses a call nobody is there for: 404. */
  reject(): void {
    this.#cause = 1;
    this.hangup('failed');
  }

  /** One event of this call's channel, in the order Asterisk sent them. */
  deliver(event: AriEvent): void {
    switch (event.type) {
      case 'ChannelDtmfReceived':
        this.digits.push(event.digit);
        break;
      case 'ChannelStateChange':
        if (event.channel.state === 'Up') this.#answered();
        break;
      case 'ChannelHangupRequest':
        this.#hangupRequested(event);
        break;
      case 'ChannelDestroyed':
        this.#end = { cause: event.cause, sipCode: event.tech_cause };
        this.ended();
        break;
      case 'StasisEnd':
        this.ended();
        break;
      default:
        break;
    }
    this.#events.deliver(event);
  }

  /** The channel is gone: closes the lifetime, once, however it became known. */
  ended(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    if (this.#isAnnounced) this.#finish();
    this.#hangingUp.abort(hungUp);
    void this.scope.close(hungUp).then(this.#ended.resolve);
  }

  #endUnheard(): void {
    if (!this.#isEnded) this.#end = { isLost: true };
    this.ended();
  }

  /** Compares with what Asterisk has, after a gap in the events. */
  reconcile(channel: Channel | undefined): void {
    if (!channel) {
      this.#end = { isLost: true };
      return this.ended();
    }
    if (channel.state === 'Up') this.#answered();
    if (this.#intent !== undefined) this.#leave();
  }

  #answered(): void {
    if (this.#isUp || this.#isEnded) return;
    this.#isUp = true;
    if (this.#intent !== undefined) return; // too late: the call is being hung up
    this.#update('call_answered', { status: 'progressing', tm_progressing: wireTime(nowMicros()) });
  }

  #hangupRequested({ cause, soft, tech_cause }: ChannelHangupRequest): void {
    if (soft && cause === asyncGoto) return;
    // After a DELETE of ours `cause` is a flag of Asterisk's, not Q.850.
    if (!soft) this.#end = { cause, sipCode: tech_cause };
    this.#leave(patience);
  }

  /** Stops what runs, and sees to it that the channel really goes: at once, or where it is going already, in a while. */
  #leave(grace = 0): void {
    this.#hangingUp.abort(hungUp);
    if (this.#isWatched) return;
    this.#isWatched = true;
    this.scope.spawn('hangup', (signal) => this.#seeOff(grace, signal));
  }

  /** Asks until the channel is gone: a request can be lost with the connection, and so can the news of its success. */
  async #seeOff(grace: number, signal: AbortSignal): Promise<void> {
    if (grace > 0) await sleep(grace, signal);
    while (!this.#isEnded) {
      try {
        await this.ari.hangup(this.channelId, this.#cause ?? causeOf(this.#intent ?? 'normal'), signal);
      } catch (error) {
        signal.throwIfAborted();
        if (error instanceof AriError && error.status === 404) return this.ended();
        this.log.debug({ error: String(error) }, 'hangup_not_accepted_yet');
      }
      await sleep(patience, signal);
    }
  }

  #finish(): void {
    const { by, reason } = verdict(this.#intent, this.#end, this.#isUp, this.#record.direction);
    const ended = {
      status: 'hangup',
      hangup_by: by,
      hangup_reason: reason,
      tm_hangup: wireTime(nowMicros()),
    } as const;
    this.#update('call_hungup', ended);
    this.#milestone('call_ended', { by, reason });
  }

  /** Straight to the root: a child logger for two lines a call would cost more than the lines. */
  #milestone(event: string, fields: object): void {
    this.#options.log.info({ call: this.id, channel: this.channelId, ...fields }, event);
  }

  #update(type: CallEventType, change: Partial<CallRecord>): void {
    this.#record = { ...this.#record, ...change, tm_update: wireTime(nowMicros()) };
    if (this.#isAnnounced) this.#options.onChange(type, this.#record);
  }
}

/** What Asterisk says where SIP gave no cause. */
const interworking = 127;

/** A soft hang-up that only moves the channel in the dialplan (`AST_SOFTHANGUP_ASYNCGOTO`). */
const asyncGoto = 2;

function firstRecord(id: string, { source, destination, direction }: CallOptions, isUp: boolean): CallRecord {
  return {
    id,
    flow_id: zeroId,
    type: 'flow',
    master_call_id: zeroId,
    chained_call_ids: [],
    recording_id: zeroId,
    recording_ids: [],
    source,
    destination,
    status: isUp ? 'progressing' : direction === 'incoming' ? 'ringing' : 'dialing',
    action: startAction,
    direction,
    hangup_by: '',
    hangup_reason: '',
    tm_create: wireTime(nowMicros()),
    tm_update: neverTime,
    tm_progressing: isUp ? wireTime(nowMicros()) : neverTime,
    tm_ringing: neverTime,
    tm_hangup: neverTime,
  };
}
