import type { Address } from '../calls/address.ts';
import type { CallRecord } from '../calls/call-record.ts';
import type { TimeLimit } from '../calls/lifespan.ts';
import { zeroId } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import { newId } from '../core/new-id.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import type { Outgoing } from '../ports/outgoing.ts';
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
  /** How long each may last once it is answered. */
  readonly limit?: TimeLimit | undefined;
  /** Shown to the callees beside the number. */
  readonly callerName?: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Their flow begins when they ring. */
  readonly isEarly: boolean;
  /** 0: they are made at once. */
  readonly delayMinutes: number;
}

/** What has become of an order. */
export interface MadeCalls {
  readonly calls: readonly CallRecord[];
  /** The ids of those that are made later, by which they are in the store. */
  readonly later: readonly string[];
}

export interface Ordering {
  readonly outgoing: Pick<OutgoingCalls, 'partiesOf' | 'startAll'>;
  readonly later: Outgoing['later'];
  readonly onRefused: (error: ActionError) => void;
}

/** All or none. @throws ActionError, which is told as well */
export async function makeCalls(wanted: OrderedCalls, ordering: Ordering): Promise<MadeCalls> {
  const { outgoing, onRefused } = ordering;
  try {
    const destinations = await addressesOf(wanted, outgoing);
    if (wanted.delayMinutes > 0) return { calls: [], later: await callLater(wanted, destinations, ordering) };
    const { delayMinutes: _now, destinations: _all, ...each } = wanted;
    const started = await outgoing.startAll(
      destinations.map((destination) => ({ ...each, destination, depth: 0 })),
    );
    return { calls: started.map(({ call }) => call.record), later: [] };
  } catch (error) {
    if (error instanceof ActionError) onRefused(error);
    throw error;
  }
}

async function callLater(
  { destinations: _, flow, ...each }: OrderedCalls,
  destinations: readonly Address[],
  { later }: Ordering,
): Promise<readonly string[]> {
  const { id: flowId, actions } = flow.id === zeroId ? flow : { id: flow.id, actions: [] };
  const calls = destinations.map((destination) => ({
    ...each,
    ...{ id: newId(), destination, flowId, actions, depth: 0 },
  }));
  await later(calls);
  return calls.map(({ id }) => id);
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
