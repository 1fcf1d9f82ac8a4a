import { nowMicros, wireTime } from '../core/clock.ts';
import type { ConfbridgeOptions } from './confbridge.ts';
import type { ConfbridgeRecord } from './confbridge-record.ts';
import type { ConferencecallRecord } from './conferencecall-record.ts';

interface Left {
  readonly confbridges: readonly { readonly record: ConfbridgeRecord }[];
  readonly conferencecalls: readonly { readonly record: ConferencecallRecord }[];
}

interface Teller {
  readonly confbridge: ConfbridgeOptions['onChange'];
  readonly conferencecall: (record: ConferencecallRecord) => void;
}

/** Nobody is in the confbridges of a daemon that died; whoever waits for that hears of it now. */
export function emptyConfbridges({ confbridges, conferencecalls }: Left, tell: Teller): void {
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
