import type { Call } from '../calls/call.ts';
import type { CallRegistry } from '../calls/call-registry.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import type { Recovery } from '../recovery/recovery.ts';
import type { Taken } from '../storage/daemon-store.ts';

/** Flows make calls, and calls run flows: the parts that are made first find the others here. */
export interface CallsAndFlows {
  readonly calls: CallRegistry;
  readonly activeflows: Activeflows;
  /** Takes a call that has come in. */
  readonly receive: (call: Call) => Promise<void>;
  /** Of what an earlier run has left, and of what was taken over since. */
  readonly recoveries: readonly Recovery[];
  /** Goes on with what another daemon has left in our Asterisk. */
  readonly adopt: (taken: Taken) => Promise<void>;
}
