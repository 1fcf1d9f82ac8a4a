import { nowMicros, wireTime } from '../core/clock.ts';
import type { ConfbridgeOptions } from './confbridge.ts';
import type { ConfbridgeRecord } from './confbridge-record.ts';
import type { ConferencecallRecord } from './conferencecall-record.ts';

interface Left {
  readonly confbridges: { occupied(): Promise<readonly ConfbridgeRecord[]> };
  readonly conferencecalls: { unfinished(): Promise<readonly ConferencecallRecord[]> };
}

interface Teller {
  readonly confbridge: ConfbridgeOptions['onChange'];
  readonly conferencecall: (record: ConferencecallRecord) => void;
}

/** Nobody is in the confbridges of a daemon that died; whoever waits for that hears of it now. */
export async function emptyConfbridges(store: Left, news: Teller): Promise<void> {
  for (const confbridge of await store.confbridges.occupied())
    news.confbridge('confbridge_updated', {
      ...confbridge,
      channel_call_ids: {},
      tm_update: wireTime(nowMicros()),
    });
  for (const conferencecall of await store.conferencecalls.unfinished()) {
    const now = wireTime(nowMicros());
    news.conferencecall({ ...conferencecall, status: 'leaved', tm_update: now, tm_delete: now });
  }
}
