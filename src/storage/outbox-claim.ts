import { randomUUID } from 'node:crypto';
import type { Claim, ClaimedLane, ClaimRequest, DueDelivery, Settlement } from '../news/outbox.ts';
import type { Engine } from './engine.ts';
import {
  type Claiming,
  claimQuery,
  type LeasedRow,
  nextQuery,
  type PendingRow,
  pendingQuery,
} from './outbox-claim-queries.ts';
import { type Settling, settleQueries } from './outbox-settle.ts';
import { laneOf } from './outbox-tables.ts';

export type ClaimTools = Claiming & Settling & { readonly engine: Pick<Engine, 'runBatch' | 'instance'> };

/** A statement over more endpoints would be long to parse. */
const maxRooms = 50;

/** Settles, and leases the lanes that are due, as many as there is room for: of few endpoints in one transaction. */
export async function claimLanes(
  tools: ClaimTools,
  request: ClaimRequest,
  settlement?: Settlement,
): Promise<Claim> {
  const [first = [], ...others] = portions(request.rooms);
  let all = await claimSome(tools, { ...request, rooms: first }, settlement);
  for (const rooms of others) {
    const limit = request.limit - all.lanes.length;
    if (limit <= 0) break;
    const more = await orNothing(claimSome(tools, { ...request, rooms, limit }, undefined));
    if (!more) break;
    all = { lanes: [...all.lanes, ...more.lanes], nextDueAt: earlier(all.nextDueAt, more.nextDueAt) };
  }
  return all;
}

/** What is leased already must not wait for the end of its lease because the store fails just now: whoever asks next is told. */
function orNothing<T>(work: Promise<T>): Promise<T | undefined> {
  return work.catch(() => undefined);
}

function earlier(one: number | undefined, other: number | undefined): number | undefined {
  return one === undefined || other === undefined ? (one ?? other) : Math.min(one, other);
}

/** Many endpoints get one lane each, before any of them gets another. */
function portions(rooms: ClaimRequest['rooms']): ClaimRequest['rooms'][] {
  if (rooms.length <= maxRooms) return [[...rooms]];
  const first = rooms.map((room) => ({ ...room, lanes: 1 }));
  const more = rooms.map(({ endpointId, lanes }) => ({ endpointId, lanes: lanes - 1 }));
  return [first, more.filter(({ lanes }) => lanes > 0)].flatMap((some) => {
    const count = Math.ceil(some.length / maxRooms);
    return Array.from({ length: count }, (_, index) => some.slice(index * maxRooms, (index + 1) * maxRooms));
  });
}

async function claimSome(
  tools: ClaimTools,
  request: ClaimRequest,
  settlement: Settlement | undefined,
): Promise<Claim> {
  const lease = { lease: `${tools.engine.instance}/${randomUUID()}`, leaseUntil: request.leaseUntil };
  const answers = await tools.engine.runBatch([
    ...(settlement ? settleQueries(tools, settlement) : []),
    claimQuery(tools, request, lease),
    pendingQuery(tools, request, lease),
    nextQuery(tools, request),
  ]);
  // What their queries select, behind what settling has locked.
  const [leased, found, next] = answers.slice(-3) as [LeasedRow[], PendingRow[], NextRow[]];
  const rows = Map.groupBy(found, ({ key }) => key);
  const lanes = leased.sort(byTime).map(({ key, endpoint_id }): ClaimedLane => {
    const lane = laneOf({ lane_key: key, endpoint_id });
    const deliveries = dueOnes(rows.get(key) ?? [], request.now).map((row) => deliveryOf(row, lane));
    return { endpointId: endpoint_id, lane, ...lease, deliveries };
  });
  const early = lanes.filter(({ deliveries }) => deliveries.length === 0);
  const at = early.length > 0 ? await orNothing(tidy(tools, request, early)) : next[0]?.at;
  return { lanes: lanes.filter(({ deliveries }) => deliveries.length > 0), nextDueAt: at ?? undefined };
}

interface NextRow {
  readonly at: number | null;
}

/** Lanes that were not due after all. */
async function tidy(tools: ClaimTools, request: ClaimRequest, early: readonly ClaimedLane[]) {
  const answers = await tools.engine.runBatch([
    ...settleQueries(tools, { results: [], released: early }),
    nextQuery(tools, request),
  ]);
  const [next] = answers.at(-1) as NextRow[];
  return next?.at;
}

function byTime(one: LeasedRow, other: LeasedRow): number {
  return one.due_at - other.due_at;
}

function dueOnes(rows: readonly PendingRow[], now: number): readonly PendingRow[] {
  const waiting = rows.findIndex(({ next_at }) => next_at > now);
  return waiting < 0 ? rows : rows.slice(0, waiting);
}

function deliveryOf(row: PendingRow, lane: string): DueDelivery {
  const { id, endpoint_id: endpointId, type, body, created_at: createdAt, attempts } = row;
  const failingSince = row.failing_since || undefined;
  return { id, endpointId, lane, type, body, createdAt, attempts, failingSince };
}
