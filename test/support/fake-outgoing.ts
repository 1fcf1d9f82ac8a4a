import { randomUUID } from 'node:crypto';
import type { AgentStatus } from '../../src/agents/agent-record.ts';
import type { CallRegistry } from '../../src/calls/call-registry.ts';
import type { Scope } from '../../src/core/scope.ts';
import type { Activeflows } from '../../src/flows/activeflows.ts';
import { LegLimits } from '../../src/outgoing/leg-limits.ts';
import { OutboundLimits } from '../../src/outgoing/outbound-limits.ts';
import { OutboundRules } from '../../src/outgoing/outbound-rules.ts';
import { OutgoingCalls } from '../../src/outgoing/outgoing-calls.ts';
import type { LaterCall, Outgoing, Parties } from '../../src/ports/outgoing.ts';
import { givenTrunking } from './given-trunks.ts';

export interface FakeOutgoingOptions {
  readonly calls: CallRegistry;
  readonly activeflows: () => Activeflows;
  readonly scope: Scope;
}

type FakeAgent = Parties & {
  readonly ring_method: Parties['method'];
  readonly status: AgentStatus;
};

/** Outgoing calls as the daemon makes them, on the fake Asterisk: every number and loopback may be called. */
export class FakeOutgoing {
  readonly port: Outgoing;
  readonly calls: OutgoingCalls;
  readonly limits = new OutboundLimits({ perSecond: 1_000, concurrent: 1_000 });
  readonly legs = new LegLimits({ perPhone: 1_000, total: 1_000 });
  readonly agents = new Map<string, FakeAgent>();
  /** What was to be done later. */
  readonly later: LaterCall[] = [];

  constructor({ calls, activeflows, scope }: FakeOutgoingOptions) {
    const { limits, legs } = this;
    const outgoing = new OutgoingCalls({
      calls,
      activeflows: { startOnCall: (...call) => activeflows().startOnCall(...call) },
      rules: new OutboundRules(['+', '127.0.0.0/8']),
      ...{ limits, legs },
      trunking: givenTrunking(),
      domain: 'pbx.test',
      agents: { get: async (id) => this.agents.get(id) },
      phones: { of: () => undefined },
      scope,
      isConnected: () => true,
    });
    this.calls = outgoing;
    this.port = {
      partiesOf: (destination) => outgoing.partiesOf(destination),
      check: (destination) => outgoing.check(destination),
      uriOf: (...where) => outgoing.uriOf(...where),
      ring: (request) => outgoing.ring(request),
      start: (request) => outgoing.start(request),
      later: async (wanted) => void this.later.push(...wanted),
    };
  }

  /** An agent with one phone. */
  addAgent(phone: string, id: string = randomUUID(), status: AgentStatus = 'available'): string {
    const address = { type: 'extension', target: phone, target_name: '', name: '', detail: '' };
    this.agents.set(id, { method: 'ringall', ring_method: 'ringall', addresses: [address], status });
    return id;
  }
}
