import type { Ari } from '../ari/ari.ts';
import type { Bridge } from '../calls/bridge.ts';
import type { Call } from '../calls/call.ts';
import type { Scope } from '../core/scope.ts';

/** The bridge that a confbridge has in Asterisk, until the scope closes. */
export interface RoomBridge {
  /** Of the confbridge. */
  readonly id: string;
  readonly ari: Ari;
  readonly bridge: Bridge;
  readonly scope: Scope;
  /** Who is in it just now. */
  readonly calls: () => readonly Call[];
}
