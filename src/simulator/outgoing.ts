import type { CallRegistry } from '../calls/call-registry.ts';
import type { Scope } from '../core/scope.ts';
import type { Activeflows } from '../flows/activeflows.ts';
import { LegLimits } from '../outgoing/leg-limits.ts';
import { OutboundLimits } from '../outgoing/outbound-limits.ts';
import { OutboundRules } from '../outgoing/outbound-rules.ts';
import { OutgoingCalls } from '../outgoing/outgoing-calls.ts';
import { configuredTrunk } from '../trunks/configured-trunk.ts';
import type { TrunkRecord } from '../trunks/trunk-record.ts';
import { Trunking } from '../trunks/trunking.ts';
import type { MemoryAgents } from './memory/agents.ts';

/** Whom a daemon lets its flows call is a matter of its configuration, which nobody here knows. */
class NoRules extends OutboundRules {
  constructor() {
    super([]);
  }

  override check(): void {
    // all may be called
  }
}

/** More than any flow makes. */
const most = 10_000;

export interface SimulatedOutgoingOptions {
  readonly calls: CallRegistry;
  readonly activeflows: () => Activeflows;
  readonly agents: MemoryAgents;
  /** Where there is none, there is one that takes every number. */
  readonly trunks: readonly TrunkRecord[];
  readonly scope: Scope;
}

/** Outgoing calls as the daemon makes them. */
export function simulatedOutgoing({
  calls,
  activeflows,
  agents,
  trunks,
  scope,
}: SimulatedOutgoingOptions): OutgoingCalls {
  const usual = { register: false, match: [], transport: 'udp', encryption: 'none' } as const;
  const trunk = configuredTrunk({ ...usual, uri: 'sip:trunk.example' });
  const all = trunks.length > 0 ? trunks : trunk ? [trunk] : [];
  return new OutgoingCalls({
    calls,
    activeflows: { startOnCall: (...call) => activeflows().startOnCall(...call) },
    rules: new NoRules(),
    limits: new OutboundLimits({ perSecond: most, concurrent: most }),
    legs: new LegLimits({ perPhone: most, total: most }),
    trunking: new Trunking(() => all),
    domain: 'pbx.example',
    agents,
    phones: { of: () => undefined },
    scope,
    isConnected: () => true,
  });
}
