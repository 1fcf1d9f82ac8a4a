import type { Address } from '../calls/address.ts';
import { ActionError } from '../core/errors.ts';
import type { ActionContext } from '../flows/action.ts';
import { tellFailure } from '../flows/failure.ts';
import type { Parties } from '../ports/outgoing.ts';

/**
 * Whom to ring for destinations, in their order. An agent who is not there, or takes a break, is told of beside others;
 * where there is nobody else it fails of him.
 * @throws ActionError `UNKNOWN_AGENT`, `AGENT_AWAY`
 */
export async function allParties<D extends Address>(
  context: ActionContext,
  destinations: readonly D[],
): Promise<readonly (Parties & { readonly asked: D })[]> {
  const { outgoing } = context.ports;
  const found = await Promise.allSettled(
    destinations.map(async (asked) => ({ ...(await outgoing.partiesOf(asked)), asked })),
  );
  const known = found.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  for (const result of found) {
    if (result.status === 'fulfilled') continue;
    if (known.length === 0 || !(result.reason instanceof ActionError)) throw result.reason;
    tellFailure(context, result.reason);
  }
  return known;
}
