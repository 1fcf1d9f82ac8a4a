import type { Address } from '../calls/address.ts';
import { ActionError } from '../core/errors.ts';
import type { Parties } from '../ports/outgoing.ts';

/** The agents of the store, as far as reaching them needs them. */
export interface ReachableAgents {
  get(id: string): Promise<
    | {
        readonly ring_method: Parties['method'];
        readonly addresses: readonly Address[];
        readonly status: string;
      }
    | undefined
  >;
}

/** @throws ActionError `UNKNOWN_AGENT`, `AGENT_AWAY`: who takes a break is called by nobody */
export async function partiesOf(destination: Address, agents: ReachableAgents): Promise<Parties> {
  if (destination.type !== 'agent') return { method: 'ringall', addresses: [destination] };
  const agent = await agents.get(destination.target.toLowerCase());
  if (!agent) throw new ActionError('UNKNOWN_AGENT', 'there is no such agent');
  if (agent.status === 'away') throw new ActionError('AGENT_AWAY', 'the agent takes a break');
  // An agent's address is a place to ring, not another agent.
  const addresses = agent.addresses.filter(({ type }) => type !== 'agent');
  return { method: agent.ring_method, addresses };
}
