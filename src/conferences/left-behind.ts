import type { Call } from '../calls/call.ts';
import { nowMicros, wireTime } from '../core/clock.ts';
import type { ConfbridgeOptions } from './confbridge.ts';
import type { LeftConfbridge, LeftConferencecall } from './confbridge-state.ts';
import type { Confbridges } from './confbridges.ts';
import type { ConferencecallRecord } from './conferencecall-record.ts';
import type { Conferencecalls } from './conferencecalls.ts';
import type { Conferences } from './conferences.ts';

/** What a daemon that died has left of its rooms. */
export interface LeftRooms {
  readonly confbridges: readonly LeftConfbridge[];
  readonly conferencecalls: readonly LeftConferencecall[];
}

interface Teller {
  readonly confbridge: ConfbridgeOptions['onChange'];
  readonly conferencecall: (record: ConferencecallRecord) => void;
}

export interface RoomsToGoOn {
  readonly confbridges: Confbridges;
  readonly conferencecalls: Conferencecalls;
  readonly conferences: Conferences;
  readonly tell: Teller;
}

/**
 * The calls that live are where they were. The others have left, and whoever waits for that hears of it. Ends of conferences that
 * are due come when those in them can go.
 */
export function goOnWithRooms(
  { confbridges, conferencecalls }: LeftRooms,
  rooms: RoomsToGoOn,
  {
    callOf,
    whenCompared,
  }: { readonly callOf: (id: string) => Call | undefined; readonly whenCompared: Promise<void> },
): void {
  const empty = confbridges.filter((left) => !rooms.confbridges.restore(left, callOf, whenCompared));
  const over = conferencecalls.filter((left) => {
    const call = callOf(left.record.reference_id);
    return !call || !rooms.conferencecalls.restore(left, call);
  });
  emptyConfbridges({ confbridges: empty, conferencecalls: over }, rooms.tell);
  for (const { record, state } of conferencecalls) {
    if (record.status === 'leaving' && state?.confbridge_id !== undefined)
      void rooms.confbridges.kick(state.confbridge_id, record.reference_id);
  }
  rooms.conferences.startAfter(whenCompared);
}

/** Nobody is in the confbridges of a daemon that died; whoever waits for that hears of it now. */
export function emptyConfbridges({ confbridges, conferencecalls }: LeftRooms, tell: Teller): void {
  for (const { record } of confbridges)
    tell.confbridge('confbridge_updated', {
      ...record,
      channel_call_ids: {},
      tm_update: wireTime(nowMicros()),
    });
  for (const { record } of conferencecalls) {
    const now = wireTime(nowMicros());
    tell.conferencecall({ ...record, status: 'leaved', tm_update: now, tm_delete: now });
  }
}
