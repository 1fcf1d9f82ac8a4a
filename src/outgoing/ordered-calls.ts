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

/** All or none. @throws ActionError */
export async function makeCalls(
  outgoing: Pick<OutgoingCalls, 'partiesOf' | 'startAll'>,
  { source, destinations, flow, variables, timeout, redirects }: OrderedCalls,
): Promise<readonly CallRecord[]> {
  const parties = await Promise.all(destinations.map((destination) => outgoing.partiesOf(destination)));
  if (parties.some((each) => each.addresses.length === 0))
    throw new ActionError('NO_ADDRESS', 'there is no address to call');
  const addresses = parties.flatMap((each) => each.addresses);
  const started = await outgoing.startAll(
    addresses.map((destination) => ({ source, destination, flow, variables, timeout, redirects, depth: 0 })),
  );
  return started.map(({ call }) => call.record);
}
