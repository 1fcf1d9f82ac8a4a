import * as z from 'zod';
import { type Address, addressSchema } from '../calls/address.ts';
import { callerOf } from '../calls/referral.ts';
import { zeroId } from '../core/clock.ts';
import { ActionError } from '../core/errors.ts';
import { type ActionContext, defineAction } from '../flows/action.ts';
import { tellFailure } from '../flows/failure.ts';
import { referenceAt } from '../flows/written.ts';
import { agentsOf } from '../flows/written-addresses.ts';
import { allParties } from '../outgoing/all-parties.ts';
import {
  callerName,
  delayMinutes,
  followRedirects,
  headersOf,
  mostDestinations,
  ringTimeout,
  sipHeaders,
  source,
} from '../outgoing/outgoing-options.ts';
import type { FlowToRun } from '../ports/flow-to-run.ts';
import { timeLimitOf, timeLimitOptions } from '../ports/time-limit-option.ts';

const option = z.strictObject({
  source: source.describe("who calls, for the callee; this call's caller where missing"),
  destinations: z
    .array(addressSchema)
    .min(1)
    .max(mostDestinations)
    .describe('who is called, 1 to 20: a call for each'),
  flow_id: z
    .uuid()
    .toLowerCase()
    .or(z.literal(''))
    .default('')
    .meta({
      description: 'the stored flow that runs on the new calls; empty: `actions`',
      examples: ['e34ab97a-c53a-4eb4-aebf-36767a528f00'],
    }),
  actions: z
    .array(z.unknown())
    .max(1_000)
    .default([])
    .describe('what runs on the new calls where `flow_id` names no flow; at most 1 000'),
  chained: z.boolean().default(false).describe('the new calls are hung up with this one'),
  early_execution: z.boolean().default(false).describe('their flow begins when they ring'),
  variables: z
    .record(z.string().min(1).max(128), z.string().max(65_536))
    .default({})
    .meta({
      description: 'set for the flow of the new calls, at most 65 536 characters each',
      examples: [{ appointment: '${appointment}' }],
    }),
  timeout: ringTimeout.describe('how long each may ring, in milliseconds'),
  delay_minutes: delayMinutes.describe(
    'how many minutes later they are made, also across a restart; then never chained',
  ),
  headers: sipHeaders.describe('of the INVITE'),
  caller_id_name: callerName(128),
  follow_redirects: followRedirects,
  ...timeLimitOptions,
});

type Option = z.output<typeof option>;

export default defineAction({
  type: 'call',
  summary: 'Makes new calls with a flow of their own, and goes on at once.',
  needs: 'nothing',
  option,
  example: {
    source: { type: 'tel', target: '+821100000001' },
    destinations: [{ type: 'tel', target: '+821100000002' }],
    flow_id: 'e34ab97a-c53a-4eb4-aebf-36767a528f00',
    chained: true,
  },
  nested: ['actions'],
  refersTo: (written) => [...referenceAt(written, 'flow_id', 'flow'), ...agentsOf(written)],

  async run(context, wanted) {
    const from = wanted.source ?? (context.call && callerOf(context.call));
    if (!from) throw new ActionError('NO_SOURCE', 'without a call of its own a flow must say who calls');
    const flow = await flowOf(context, wanted);
    const destinations = await addressesOf(context, wanted);
    const over = await callsOver(context, destinations);
    context.signal.throwIfAborted(); // nobody is called for a flow that has ended
    if (wanted.delay_minutes > 0) await later(context, wanted, { flow, from, destinations });
    else startAll(context, wanted, { flow, from, destinations, over });
  },
});

/** Written down before the first of them is made. */
const begun = z.object({ isBegun: z.literal(true) });

interface Calls {
  readonly flow: FlowToRun;
  readonly from: Address;
  readonly destinations: readonly Address[];
  /** Those that a daemon which died has made, and that have ended since; the others it has made there are still. */
  readonly over: ReadonlySet<string>;
}

async function callsOver(
  { ports, uuid, left, keep }: ActionContext,
  destinations: readonly Address[],
): Promise<ReadonlySet<string>> {
  const isAgain = left(begun) !== undefined;
  keep({ isBegun: true });
  if (!isAgain) return new Set();
  const ids = destinations.map((_, index) => uuid('call', index));
  const ends = await Promise.all(ids.map(async (id) => ({ id, end: await ports.calls.endOf(id) })));
  return new Set(ends.flatMap(({ id, end }) => (end && !end.isLive ? [id] : [])));
}

async function flowOf({ ports }: ActionContext, { flow_id, actions }: Option): Promise<FlowToRun> {
  // Nested lists are checked, and given ids, with the flow they are in.
  if (flow_id === '' || flow_id === zeroId) return { id: zeroId, actions: actions as FlowToRun['actions'] };
  const flow = await ports.flows.get(flow_id);
  if (!flow) throw new ActionError('FLOW_NOT_FOUND', 'there is no such flow');
  return flow;
}

async function addressesOf(context: ActionContext, { destinations }: Option): Promise<Address[]> {
  const parties = await allParties(context, destinations);
  const addresses = parties.flatMap((each) => each.addresses);
  if (addresses.length === 0) throw new ActionError('NO_ADDRESS', 'there is no address to call');
  return addresses;
}

async function later(
  { ports, depth, uuid }: ActionContext,
  wanted: Option,
  { flow, from, destinations }: Omit<Calls, 'over'>,
): Promise<void> {
  await ports.outgoing.later(
    destinations.map((destination, index) => ({
      id: uuid('activeflow', index),
      delayMinutes: wanted.delay_minutes,
      source: from,
      destination,
      callerName: wanted.caller_id_name || undefined,
      headers: headersOf(wanted.headers),
      flowId: flow.id,
      actions: flow.id === zeroId ? flow.actions : [],
      variables: wanted.variables,
      timeout: wanted.timeout,
      isEarly: wanted.early_execution,
      depth: depth + 1,
      redirects: wanted.follow_redirects,
      limit: timeLimitOf(wanted),
    })),
  );
}

/** One refused beside others is an event of its own; where all are, the action fails of it. */
function startAll(context: ActionContext, wanted: Option, { flow, from, destinations, over }: Calls): void {
  const { call, ports, depth, uuid } = context;
  const refused: ActionError[] = [];
  for (const [index, destination] of destinations.entries()) {
    const callId = uuid('call', index);
    if (over?.has(callId)) continue;
    try {
      ports.outgoing.start({
        callId,
        activeflowId: uuid('activeflow', index),
        source: from,
        destination,
        callerName: wanted.caller_id_name || undefined,
        headers: headersOf(wanted.headers),
        referredBy: call?.referral.by,
        timeout: wanted.timeout,
        master: wanted.chained ? call : undefined,
        flow,
        variables: wanted.variables,
        isEarly: wanted.early_execution,
        depth: depth + 1,
        redirects: wanted.follow_redirects,
        limit: timeLimitOf(wanted),
      });
    } catch (error) {
      if (!(error instanceof ActionError)) throw error;
      refused.push(error);
    }
  }
  const [first] = refused;
  if (first && refused.length === destinations.length) throw first;
  for (const refusal of refused) tellFailure(context, refusal);
}
