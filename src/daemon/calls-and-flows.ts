import type { Call } from '../calls/call.ts';
import type { CallRegistry } from '../calls/call-registry.ts';
import type { Phones } from '../extensions/phones.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import type { OutgoingCalls } from '../outgoing/outgoing-calls.ts';
import type { Recovery } from '../recovery/recovery.ts';
import type { MusicOnHold } from '../sounds/music-on-hold.ts';
import type { Taken } from '../storage/daemon-store.ts';
import type { TrunkLines } from '../trunks/trunk-lines.ts';
import type { Lamps } from '../voicemail/lamps.ts';

/** Flows make calls, and calls run flows: the parts that are made first find the others here. */
export interface CallsAndFlows {
  readonly calls: CallRegistry;
  readonly activeflows: Activeflows;
  readonly outgoing: OutgoingCalls;
  /** Takes a call that has come in. */
  readonly receive: (call: Call, phone?: string) => Promise<void>;
  /** Of what an earlier run has left, and of what was taken over since. */
  readonly recoveries: readonly Recovery[];
  /** Goes on with what another daemon has left in our Asterisk. */
  readonly adopt: (taken: Taken) => Promise<void>;
  /** Those that register here. */
  readonly phones: Pick<Phones, 'connected'>;
  readonly trunks: Pick<TrunkLines, 'connected'>;
  /** What sounds are as music on hold. */
  readonly music: Pick<MusicOnHold, 'connected'>;
  /** Theirs, of those who have mailboxes. */
  readonly lamps: Pick<Lamps, 'connected'>;
}
