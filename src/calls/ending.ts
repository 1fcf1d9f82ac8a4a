import { neverTime, now, nowMicros, wireTime, zeroId } from '../core/clock.ts';
import { type CallRecord, type HangupReason, nothingOrdered } from './call-record.ts';
import { farResponse } from './far-response.ts';
import { type ChannelEnd, causeOf, hasNoMedia, toldCause, verdict } from './hangup-cause.ts';
import type { Refusal } from './refusal.ts';
import { sipReason } from './sip-reason.ts';

/** How a call ends: what we wanted, and what Asterisk tells of it. */
export class Ending {
  /** Why we hang up, where we do. */
  intent: HangupReason | undefined;
  /** Q.850, told to the party where it is not that of the reason. */
  cause: number | undefined;
  /** The response by which a caller is refused, where a flow has chosen one. */
  refusal: Refusal | undefined;
  told: ChannelEnd = {};
  #isUnresolved = false;
  #isFoundMute = false;
  readonly #began = now();

  /** We hang up. */
  intend(reason: HangupReason, cause?: number, refusal?: Refusal): void {
    this.intent = reason;
    this.cause = cause;
    this.refusal = refusal;
  }

  /** The host it is for has a name that means no address. */
  unresolved(): void {
    this.#isUnresolved = true;
  }

  /** Its answer describes no media that can be used: the far end's failure, though we hang up for it. */
  foundMute(): void {
    this.#isFoundMute = true;
  }

  /** Q.850 to hang up with. */
  get ownCause(): number {
    return this.cause ?? causeOf(this.intent ?? 'normal');
  }

  /** Q.850: why it has ended, with this reason. */
  causeFor(reason: HangupReason): number {
    if (this.intent !== undefined) return this.ownCause;
    return toldCause(this.told) ?? causeOf(reason);
  }

  /** Whether an answer had no description of media that can be used. */
  get isWithoutMedia(): boolean {
    return this.#isFoundMute || hasNoMedia(this.told);
  }

  /** The fields of the record about the end. */
  of(record: CallRecord, isUp: boolean): Partial<CallRecord> {
    const { by, reason } = this.#isFoundMute
      ? ({ by: 'remote', reason: 'failed' } as const)
      : verdict(this.intent, this.told, isUp, record.direction);
    const now = wireTime(nowMicros());
    return {
      status: 'hangup',
      recording_id: zeroId,
      hold: false,
      ...nothingOrdered,
      hangup_by: by,
      hangup_reason: reason,
      tm_update: now,
      tm_hangup: now,
      ...this.#refusalOf(record, isUp),
      hangup_cause: this.causeFor(reason),
    };
  }

  /** Which response ended it, where one did: the far end's, or one that a flow has chosen for a caller. */
  #refusalOf(
    { direction, tm_ringing }: CallRecord,
    isUp: boolean,
  ): Pick<CallRecord, 'sip_code' | 'sip_reason'> {
    const isOurs = direction === 'incoming';
    if (isUp || isOurs !== (this.intent !== undefined)) return { sip_code: 0, sip_reason: '' };
    const sip_code = isOurs ? (this.refusal?.code ?? 0) : this.#response(tm_ringing !== neverTime);
    return { sip_code, sip_reason: (isOurs && this.refusal?.phrase) || sipReason(sip_code) };
  }

  #response(hasRung: boolean): number {
    const age = now() - this.#began;
    return farResponse(this.told.sipCode, { hasRung, age, isUnresolved: this.#isUnresolved });
  }
}
