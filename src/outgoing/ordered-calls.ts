import type { Address } from '../calls/address.ts';
import type { CallRecord } from '../calls/call-record.ts';
import { ActionError } from '../core/errors.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { OutgoingCalls } from './outgoing-calls.ts';

/** Calls to be made, each with the same flow. */
export interface OrderedCalls {
  readonly source: Address;
  readonly destinations: readonly Address[];
  readonly flow: FlowToRun;
  readonly variables: Readonly<Record<string, string>>;
  /** How long each may ring, in milliseconds. */
  readonly timeout: number;
  /** How often a redirection of a callee's is followed. */
  readonly redirects: number;
}

export interface Ordering {
  readonly outgoing: Pick<OutgoingCalls, 'partiesOf' | 'startAll'>;
  readonly onRefused: (error: ActionError) => void;
}

/** All or none. @throws ActionError, which is told as well */
export async function makeCalls(
  wanted: OrderedCalls,
  { outgoing, onRefused }: Ordering,
): Promise<readonly CallRecord[]> {
  try {
    const destinations = await addressesOf(wanted, outgoing);
    const { source, flow, variables, timeout, redirects } = wanted;
    const started = await outgoing.startAll(
      destinations.map((destination) => ({
        ...{ source, destination, flow, variables, timeout, redirects },
        depth: 0,
      })),
    );
    return started.map(({ call }) => call.record);
  } catch (error) {
    if (error instanceof ActionError) onRefused(error);
    throw error;
  }
}

async function addressesOf(
  { destinations }: OrderedCalls,
  outgoing: Ordering['outgoing'],
): Promise<readonly Address[]> {
  const parties = await Promise.all(destinations.map((destination) => outgoing.partiesOf(destination)));
  if (parties.some((each) => each.addresses.length === 0))
    throw new ActionError('NO_ADDRESS', 'there is no address to call');
  return parties.flatMap((each) => each.addresses);
}
