import type { Ari } from '../ari/ari.ts';
import type { AriEvent, Channel, ChannelHangupRequest } from '../ari/events.gen.ts';
import type { IdOf } from '../ari/ids.ts';
import { now, nowMicros, wireTime, zeroId } from '../core/clock.ts';
import { type Expectation, Expectations } from '../core/expectations.ts';
import { childLog, type Log } from '../core/log.ts';
import type { Scope } from '../core/scope.ts';
import { onAbort } from '../core/wait.ts';
import { answer } from './answer.ts';
import { newsDelay, patience } from './ask-to-end.ts';
import { Attachment } from './attachment.ts';
import { hungUp } from './call-hung-up.ts';
import type { CallEventType, CallOptions } from './call-options.ts';
import type { CallRecord, HangupReason } from './call-record.ts';
import { stateOf } from './call-state.ts';
import { ChainedCalls } from './chained-calls.ts';
import { CommandLine } from './command-line.ts';
import { Diary } from './diary.ts';
import { DigitBuffer } from './dtmf.ts';
import { Ending } from './ending.ts';
import { firstRecord } from './first-record.ts';
import { asyncGoto, type ChannelEnd, toldBy } from './hangup-cause.ts';
import { isHeldByPhone } from './held-by-phone.ts';
import { IncomingStream } from './incoming-stream.ts';
import { KeepAliveSilence } from './keep-alive-silence.ts';
import { Leaving } from './leaving.ts';
import { Lifespan } from './lifespan.ts';
import { logEnded, logStarted } from './milestones.ts';
import { Muting } from './muting.ts';
import { isWith } from './orphans.ts';
import { PhoneHold } from './phone-hold.ts';
import { PickUp } from './pick-up.ts';
import { PromptLine } from './prompt-line.ts';
import { Referral } from './referral.ts';
import type { Refusal } from './refusal.ts';
import { StandingOrders } from './standing-orders.ts';
import { Steps } from './steps.ts';
import { Whereabouts } from './whereabouts.ts';
import { WhisperCopies } from './whisper-copies.ts';

/**
 * One leg. Everything acquired for it lives in its scope, and only the news that the channel has ended closes that scope:
 * `hangup()` merely asks.
 */
export class Call {
  readonly id: string;
  readonly scope: Scope;
  readonly digits = new DigitBuffer(() => this.writeDown());
  readonly hold = new PhoneHold((hold) => this.#update('call_updated', { hold }));
  readonly ending = new Ending();
  /** How long it may last. */
  readonly life: Lifespan;
  /** The prompts that its party is to hear. */
  readonly prompts = new PromptLine();
  /** The silence that is sent to its party where nothing else is. */
  readonly silence = new KeepAliveSilence(this);
  /** The audio that its party sends, and who takes it. */
  readonly incoming = new IncomingStream(this);
  /** Who hears what is whispered to it. */
  readonly whispers = new WhisperCopies(this);
  /** The orders that it stands under: hold, mute, music. */
  readonly orders = new StandingOrders(this, (ordered) => this.#update('call_updated', ordered));
  readonly muting = new Muting(this);
  readonly commands = new CommandLine();
  readonly attachment = new Attachment();
  readonly whereabouts: Whereabouts;
  readonly referral = new Referral();
  readonly steps = new Steps();
  readonly resources = new Steps();
  readonly diary: Diary;
  readonly log: Log;
  readonly ari: Ari;
  /** The files it can be heard in, by the id of the recording: its own, and those of rooms it was in. */
  readonly recordedAs = new Map<string, string>();
  readonly #options: CallOptions;
  readonly #events = new Expectations<AriEvent>();
  readonly #leaving = new Leaving(this);
  readonly #ended = Promise.withResolvers<void>();
  readonly #pickUp = new PickUp();
  readonly #chained = new ChainedCalls<Call>();
  readonly #state = () => stateOf(this);
  #record: CallRecord;
  #isAnnounced = false;
  #isEnded = false;

  constructor(options: CallOptions) {
    const { left, isUp = false, channelId, written } = options;
    this.#options = options;
    this.id = options.id;
    this.ari = options.ari;
    this.scope = options.scope;
    this.diary = new Diary(options.id, options.onPage);
    const isMade = !!left || options.direction === 'incoming';
    this.whereabouts = new Whereabouts(channelId, isMade, () => this.writeDown(), written);
    this.log = childLog(options.log, { call: this.id, channel: this.channelId });
    this.#record = left?.record ?? firstRecord(options, isUp);
    this.#isAnnounced = !!left;
    this.#pickUp.goOn(this.#record);
    const until = left?.state.until ?? now() + options.maxDuration;
    this.life = new Lifespan(this, until, () => this.#update('call_expiring', {}));
    // Should the scope be closed from above, Asterisk being away: whoever waits for the end must still hear of it.
    this.scope.defer(() => this.#endUnheard());
    onAbort(this.hangupSignal, () => this.#chained.end());
  }

  get channelId(): string {
    return this.whereabouts.channelId;
  }

  get record(): CallRecord {
    return this.#record;
  }

  get isUp(): boolean {
    return this.#pickUp.isUp;
  }

  /** Resolves as soon as the call is up; never, where it ends before. */
  get whenUp(): Promise<void> {
    return this.#pickUp.whenUp;
  }

  /** Likewise as soon as the far end rings, or answers. */
  get whenRinging(): Promise<void> {
    return this.#pickUp.whenRinging;
  }

  /** Q.850: why it has ended. */
  get hangupCause(): number {
    return this.ending.causeFor(this.#record.hangup_reason);
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
    return this.#leaving.signal;
  }

  /** Publishes the call, with what has happened to it meanwhile. */
  announce(flow_id: string, activeflow_id = zeroId, flow_revision = 0): void {
    this.#record = { ...this.#record, flow_id, activeflow_id, flow_revision };
    this.#isAnnounced = true;
    this.#options.onChange('call_created', this.#record, this.#state);
    logStarted(this.#options.log, this.#record, this.channelId);
    if (this.#isEnded) this.#finish();
  }

  /** Publishes a call that no flow takes, and hangs it up. */
  refuse(reason: HangupReason, cause?: number): void {
    this.announce(zeroId);
    if (this.#intend(reason, cause)) this.#leaving.begin();
  }

  /** Publishes that it has gone on to another flow, or to another party without one. */
  transferred(flow_id: string, activeflow_id = zeroId, flow_revision = 0): void {
    this.attachment.detach();
    this.whereabouts.comeBack();
    this.#update('call_transferred', { flow_id, activeflow_id, flow_revision });
  }

  /** The id of something that is made for the call, and not for an action of its flow. */
  readonly resourceId: IdOf = (kind) => this.ari.id(kind, this.id, `c${this.resources.next()}`);

  /** Waits for an event of this call's channel. Register first, send the request then. */
  expect<T extends AriEvent['type']>(
    type: T,
    matches: (event: Extract<AriEvent, { type: T }>) => boolean,
    signal: AbortSignal,
  ): Expectation<Extract<AriEvent, { type: T }>> {
    return this.#events.expect(type, matches, signal);
  }

  /** Answers, unless it is up already. @throws ActionError when Asterisk will not. */
  answer(signal: AbortSignal): Promise<void> {
    return answer(this, signal);
  }

  /** Calls without a flow of their own that were made for this one. */
  get legs(): readonly Call[] {
    return this.#chained.legs;
  }

  /** Hangs another call up with this one. Of one that was chained before nobody is told. */
  chain(other: Call, isNew = true): void {
    if (this.hangupSignal.aborted) return other.hangupAsLeg();
    this.#chained.add(other);
    if (isNew) this.#update('call_updated', { chained_call_ids: this.#chained.ids });
  }

  /** Ends the call for us, and leaves it to the dialplan it is in. */
  letGo(): void {
    this.ending.intent ??= 'normal';
    this.ended();
  }

  /** Has written down what has changed and nobody is told of. */
  writeDown(): void {
    if (this.#isAnnounced && !this.#isEnded) this.#options.onChange(undefined, this.#record, this.#state);
  }

  /** Shows the action the call is at, or the trunk that it goes by. */
  show(change: Partial<Pick<CallRecord, 'action' | 'trunk_id'>>): void {
    this.#update('call_updated', change);
  }

  /** Shows the recording that runs, and one more that has begun. */
  setRecordings(recording_id: string, begun?: string): void {
    const ids = new Set([...this.#record.recording_ids, ...(begun === undefined ? [] : [begun])]);
    if (recording_id === this.#record.recording_id && ids.size === this.#record.recording_ids.length) return;
    this.#update('call_updated', { recording_id, recording_ids: [...ids] });
  }

  /** Asks Asterisk to end the call; that it has ended is `ended`. `cause` (Q.850) is told where given, not the reason's. */
  hangup(reason: HangupReason, cause?: number, refusal?: Refusal): void {
    if (!this.#intend(reason, cause, refusal)) return;
    const status = this.#record.direction === 'outgoing' && !this.isUp ? 'canceling' : 'terminating';
    this.#update('call_updated', { status });
    this.#leaving.begin();
  }

  /** False where it is ending already. */
  #intend(...how: Parameters<Ending['intend']>): boolean {
    if (this.#isEnded || this.hangupSignal.aborted) return false;
    this.ending.intend(...how);
    return true;
  }

  /** Ends with what it was made for, unless it was transferred since. */
  hangupAsLeg(): void {
    if (!this.attachment.isDetached) this.hangup(this.isUp ? 'normal' : 'cancel');
  }

  /** One event of this call's channel, in the order Asterisk sent them. */
  deliver(event: AriEvent): void {
    this.whereabouts.made();
    if (!this.digits.hear(event)) return;
    if (event.type === 'ChannelDtmfReceived') this.diary.pressed(event.digit, this.digits.isHiding);
    this.orders.hear(event);
    switch (event.type) {
      case 'ChannelStateChange':
        if (event.channel.state === 'Up') this.#answered();
        else if (event.channel.state === 'Ringing') this.#ringing();
        break;
      case 'Dial':
        if (event.dialstatus === 'PROGRESS') this.incoming.source.cameEarly();
        // 183 is ringing too, with sound; Asterisk tells it no other way.
        if (event.dialstatus === 'RINGING' || event.dialstatus === 'PROGRESS') this.#ringing();
        break;
      case 'ChannelHangupRequest':
        this.#hangupRequested(event);
        break;
      case 'ChannelDestroyed':
        // Its response is the one told before: here Asterisk makes one up where there was none.
        this.ending.told = { ...this.ending.told, cause: event.cause };
        this.ended();
        break;
      case 'ChannelHold':
      case 'ChannelUnhold':
        this.hold.set(event.type === 'ChannelHold');
        break;
      case 'ChannelTransfer':
        this.#options.onTransfer(event);
        break;
      case 'StasisStart':
        if (this.whereabouts.isElsewhere) this.#options.onReturn(event);
        break;
      case 'StasisEnd':
        if (this.whereabouts.isElsewhere || this.whereabouts.isOnErrand) break;
        // Of a channel of our own making the end is told later, with its cause.
        if (this.#record.direction === 'incoming') this.ended();
        else this.#leaving.begin(newsDelay);
        break;
    }
    this.#events.deliver(event);
  }

  /** The channel is gone, or, where `how` is given, was not made: closes the lifetime, once, however it became known. */
  ended(how?: ChannelEnd): void {
    if (this.#isEnded) return;
    if (how) this.ending.told = how;
    this.#isEnded = true;
    if (this.#isAnnounced) this.#finish();
    this.#leaving.over();
    this.hold.set(false);
    void this.scope.close(hungUp).then(this.#ended.resolve);
  }

  #endUnheard(): void {
    if (!this.#isEnded) this.ending.told = { isLost: true };
    this.ended();
  }

  /** Compares with what Asterisk has, after a gap in the events. */
  reconcile(channel: Channel | undefined): void {
    if (!channel) return this.#endUnheard();
    // Its flow had let it go, and was killed before Asterisk was told.
    if (this.ari.left.isAwaited && isWith(this.ari.app, channel)) this.whereabouts.comeBack();
    if (channel.state === 'Up') this.#answered();
    else if (channel.state === 'Ringing' && this.ari.left.isAwaited) this.#ringing();
    if (this.ending.intent !== undefined) this.#leaving.begin();
    else if (this.isUp) this.scope.spawn('hold', () => this.hold.learn(() => isHeldByPhone(this)));
  }

  #ringing(): void {
    if (this.#record.status !== 'dialing' || this.#isEnded) return;
    this.#update('call_ringing', { status: 'ringing', tm_ringing: wireTime(nowMicros()) });
    this.#pickUp.rang();
  }

  #answered(): void {
    if (this.isUp || this.#isEnded) return;
    const isInTime = this.ending.intent === undefined; // else the call is being hung up
    this.#pickUp.up(isInTime);
    if (!isInTime) return;
    this.life.begin();
    this.#update('call_answered', { status: 'progressing', tm_progressing: wireTime(nowMicros()) });
  }

  #hangupRequested(request: ChannelHangupRequest): void {
    if (request.soft && request.cause === asyncGoto) return;
    this.ending.told = toldBy(request) ?? this.ending.told;
    this.#leaving.begin(this.whereabouts.isOnErrand ? newsDelay : patience); // from there its end is told late
  }

  #finish(): void {
    this.#update('call_hungup', this.ending.of(this.#record, this.isUp));
    logEnded(this.#options.log, this.#record, this.channelId);
  }

  #update(type: CallEventType, change: Partial<CallRecord>): void {
    if (this.#isEnded && type !== 'call_hungup') return; // that is the last word
    this.#record = { ...this.#record, tm_update: wireTime(nowMicros()), ...change };
    if (type === 'call_updated') this.diary.changed(change);
    if (this.#isAnnounced) this.#options.onChange(type, this.#record, this.#state);
  }
}
