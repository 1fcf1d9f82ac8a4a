import type { Ari } from '../ari/ari.ts';
import type { Bridge } from '../calls/bridge.ts';
import type { Call } from '../calls/call.ts';
import type { Scope } from '../core/scope.ts';

/** A bridge of which all is recorded that is heard in it, as long as its scope lives. */
export interface RecordedBridge {
  /** Of the confbridge. */
  readonly id: string;
  readonly ari: Ari;
  readonly bridge: Bridge;
  readonly scope: Scope;
  /** Who is in it just now. */
  readonly calls: () => readonly Call[];
}
