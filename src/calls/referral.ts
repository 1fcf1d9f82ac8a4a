import type { Address } from './address.ts';
import type { CallRecord } from './call-record.ts';

/** A call, or what is left of one. */
interface Told {
  readonly record: Pick<CallRecord, 'direction' | 'source' | 'destination'>;
}

/** Calls that were sent where they are, each with who has sent it, where that is known. */
const referrals = new WeakMap<Told, Address | undefined>();

/** A call goes on for itself, where somebody has sent it. */
export function sendOn(call: Told, by: Address | undefined): void {
  referrals.set(call, by);
}

/** Who has sent a call where it is. */
export function referrerOf(call: Told): Address | undefined {
  return referrals.get(call);
}

/** Who calls, for the flow of a call and all whom that calls: somebody we had called and who was sent on is there himself. */
export function callerOf(call: Told): Address {
  return isTurned(call) ? call.record.destination : call.record.source;
}

/** Whom he has called, as far as he knows. */
export function calledBy(call: Told): Address {
  return isTurned(call) ? call.record.source : call.record.destination;
}

function isTurned(call: Told): boolean {
  return call.record.direction === 'outgoing' && referrals.has(call);
}
