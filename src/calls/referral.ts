import type { Address } from './address.ts';
import type { CallRecord } from './call-record.ts';
import type { Trial } from './trial.ts';

/** Whether a call was sent to where it is, by whom, and whether somebody waits for what comes of that. */
export class Referral {
  #isSent = false;
  #by: Address | undefined;
  #trial: Trial | undefined;

  /** The call goes on for itself, where somebody has sent it. */
  send(by: Address | undefined): void {
    this.#isSent = true;
    this.#by = by;
  }

  get isSent(): boolean {
    return this.#isSent;
  }

  /** Who has sent it, where that is known. */
  get by(): Address | undefined {
    return this.#by;
  }

  /** Of who has sent it and does not know yet what comes of that. */
  get trial(): Trial | undefined {
    return this.#trial;
  }

  begin(trial: Trial): void {
    this.#trial = trial;
  }

  /** Somebody else has the call now: there is nothing more to wait for. */
  endTrial(): void {
    this.#trial?.taken();
    this.#trial = undefined;
  }
}

/** A call, or what is left of one. */
interface Told {
  readonly record: Pick<CallRecord, 'direction' | 'source' | 'destination'>;
  readonly referral?: Referral;
}

/** Who calls, for the flow of a call and all whom that calls: somebody we had called and who was sent on is there himself. */
export function callerOf(call: Told): Address {
  return isTurned(call) ? call.record.destination : call.record.source;
}

/** Whom he has called, as far as he knows. */
export function calledBy(call: Told): Address {
  return isTurned(call) ? call.record.source : call.record.destination;
}

function isTurned({ record, referral }: Told): boolean {
  return record.direction === 'outgoing' && referral?.isSent === true;
}
