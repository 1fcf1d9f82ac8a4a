import type { Address } from '../calls/address.ts';
import { ActionError } from '../core/errors.ts';
import { StoreError } from '../core/store-error.ts';
import { within } from '../core/wait.ts';
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

/** How long the store may take to say where an agent is. */
const patience = 5_000;

/** @throws ActionError `UNKNOWN_AGENT`, `STORE_UNAVAILABLE`, `AGENT_AWAY`: who takes a break is called by nobody */
export async function partiesOf(destination: Address, agents: ReachableAgents): Promise<Parties> {
  if (destination.type !== 'agent') return { method: 'ringall', addresses: [destination] };
  const agent = await known(destination.target.toLowerCase(), agents);
  if (!agent) throw new ActionError('UNKNOWN_AGENT', 'there is no such agent');
  if (agent.status === 'away') throw new ActionError('AGENT_AWAY', 'the agent takes a break');
  // An agent's address is a place to ring, not another agent.
  const addresses = agent.addresses.filter(({ type }) => type !== 'agent');
  return { method: agent.ring_method, addresses };
}

async function known(id: string, agents: ReachableAgents): ReturnType<ReachableAgents['get']> {
  const asked = agents.get(id).then((agent) => ({ agent }));
  const answer = await within(asked, patience).catch((error: unknown) => {
    if (!(error instanceof StoreError)) throw error;
  });
  if (!answer) throw new ActionError('STORE_UNAVAILABLE', 'the store does not say where the agent is');
  return answer.agent;
}
