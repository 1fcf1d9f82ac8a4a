import { randomUUID } from 'node:crypto';
import { type CompiledQuery, sql } from 'kysely';
import type { Claim, ClaimedLane, ClaimRequest, DueDelivery } from '../news/outbox.ts';
import type { Lanes } from './outbox-lanes.ts';
import {
  laneOf,
  neverDue,
  type OutboxDatabase,
  type OutboxTables,
  padded,
  pending,
  type Statements,
} from './outbox-tables.ts';

export interface Claiming {
  readonly statements: Statements;
  readonly lanes: Lanes;
  readonly isShared: boolean;
  readonly instance: string;
}

interface Candidate {
  readonly key: string;
  readonly endpoint_id: string;
}

interface PendingRow extends Candidate {
  readonly id: string;
  readonly type: string;
  readonly body: string;
  readonly created_at: number;
  readonly attempts: number;
  readonly next_at: number;
  readonly failing_since: number;
}

/** A statement over more endpoints would be long to parse. */
const maxRooms = 50;

/** Leases the lanes that are due, as many as there is room for, in one transaction. */
export async function claimLanes(
  database: OutboxDatabase,
  claiming: Claiming,
  request: ClaimRequest,
): Promise<Claim> {
  const { now, leaseUntil, rooms } = request;
  const endpoints = rooms.map(({ endpointId }) => endpointId);
  const run = async <R>(query: CompiledQuery) => (await database.executeQuery<R>(query)).rows;
  const candidates: Candidate[] = [];
  for (let start = 0; start < rooms.length; start += maxRooms) {
    const some = { ...request, rooms: rooms.slice(start, start + maxRooms) };
    candidates.push(...(await run<Candidate>(candidatesQuery(database, claiming, some))));
  }
  const chosen = inTurn(candidates, request);
  const lease = `${claiming.instance}/${randomUUID()}`;
  const keys = chosen.map(({ key }) => key);
  const found: PendingRow[] = [];
  for (const piece of padded(keys)) {
    await run(leaseQuery(database, claiming, piece, { lease, leaseUntil }));
    found.push(...(await run<PendingRow>(pendingQuery(database, claiming, piece, request.depth))));
  }
  const rows = Map.groupBy(found, ({ key }) => key);
  const lanes = chosen.map(({ key, endpoint_id }): ClaimedLane => {
    const lane = laneOf({ lane_key: key, endpoint_id });
    const deliveries = dueOnes(rows.get(key) ?? [], now).map((row) => deliveryOf(row, lane));
    return { endpointId: endpoint_id, lane, lease, leaseUntil, deliveries };
  });
  const early = keys.filter((_key, index) => lanes[index]?.deliveries.length === 0);
  for (const query of tidyQueries(claiming.lanes, early, lease)) await run(query);
  const [next] = await run<{ at: number | null }>(nextQuery(database, claiming, endpoints, now));
  return { lanes: lanes.filter(({ deliveries }) => deliveries.length > 0), nextDueAt: next?.at ?? undefined };
}

/** Due lanes nobody works on, the longest due first. What another process is claiming right now is left to it. */
function candidatesQuery(
  database: OutboxDatabase,
  { statements, isShared }: Claiming,
  { rooms, now, limit }: ClaimRequest,
): CompiledQuery {
  const parameters = rooms.flatMap(({ endpointId, lanes }) => [endpointId, now, now, Math.min(lanes, limit)]);
  return statements.compiled(`candidates/${rooms.length}`, parameters, () => {
    const [first, ...others] = rooms.map(({ endpointId, lanes }, index) => {
      const due = database
        .selectFrom('lanes')
        .select(['key', 'endpoint_id'])
        .where('endpoint_id', '=', endpointId)
        .where('due_at', '<=', now)
        .where('lease_until', '<=', now)
        .orderBy('due_at')
        .limit(Math.min(lanes, limit));
      return database
        .selectFrom((isShared ? due.forUpdate().skipLocked() : due).as(`room${index}`))
        .selectAll();
    });
    if (!first) throw new Error('no room');
    return others.reduce((all, one) => all.unionAll(one), first);
  });
}

/** One lane of each endpoint in the order of the rooms, then a second … */
function inTurn(candidates: readonly Candidate[], { rooms, limit }: ClaimRequest): Candidate[] {
  const byEndpoint = Map.groupBy(candidates, ({ endpoint_id }) => endpoint_id);
  const queues = rooms.map(({ endpointId }) => byEndpoint.get(endpointId) ?? []);
  const longest = Math.max(...queues.map(({ length }) => length));
  const chosen: Candidate[] = [];
  for (let round = 0; round < longest; round += 1) {
    for (const queue of queues) {
      const candidate = queue[round];
      if (candidate && chosen.length < limit) chosen.push(candidate);
    }
  }
  return chosen;
}

function leaseQuery(
  database: OutboxDatabase,
  { statements }: Claiming,
  keys: readonly string[],
  { lease, leaseUntil }: { lease: string; leaseUntil: number },
): CompiledQuery {
  return statements.compiled(`lease/${keys.length}`, [lease, leaseUntil, ...keys], () =>
    database
      .updateTable('lanes')
      .set({ lease, lease_until: leaseUntil })
      .where('key', 'in', [...keys]),
  );
}

function pendingQuery(
  database: OutboxDatabase,
  { statements }: Claiming,
  keys: readonly string[],
  depth: number,
): CompiledQuery {
  return statements.compiled(`pending/${keys.length}`, [...keys, depth], () =>
    database
      .selectFrom(({ selectFrom }) =>
        selectFrom('deliveries')
          .select(['seq', 'id', 'lane_key as key', 'endpoint_id', 'type', 'body', 'created_at'])
          .select(['attempts', 'next_at', 'failing_since'])
          .select(sql<number>`row_number() over (partition by lane_key order by seq)`.as('place'))
          .where('state', '=', pending)
          .where('lane_key', 'in', [...keys])
          .as('waiting'),
      )
      .selectAll()
      .where('place', '<=', depth)
      .orderBy('seq'),
  );
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

/** Lanes that were not due after all. */
function tidyQueries(lanes: Lanes, keys: readonly string[], lease: string): CompiledQuery[] {
  return [...lanes.refresh(keys), ...keys.map((key) => lanes.release(key, lease)), ...lanes.drop(keys)];
}

/** When to come again: the next lane that falls due, or the next lease of a due lane that runs out. */
function nextQuery(
  database: OutboxDatabase,
  { statements }: Claiming,
  endpointIds: readonly string[],
  now: number,
): CompiledQuery {
  const [ids = []] = padded(endpointIds, 1_024);
  return statements.compiled(`next/${ids.length}`, [...ids, now, ...ids, now, now], () => {
    const of = (): ReturnType<typeof lanesOf> => lanesOf(database, ids);
    const due = of()
      .where('due_at', '>', now)
      .where('due_at', '<', neverDue)
      .select(({ fn }) => fn.min('due_at').as('at'));
    const lease = of()
      .where('lease', '<>', sql.lit(''))
      .where('lease_until', '>', now)
      .where('due_at', '<=', now)
      .select(({ fn }) => fn.min('lease_until').as('at'));
    return database.selectFrom(due.unionAll(lease).as('next')).select(({ fn }) => fn.min('at').as('at'));
  });
}

function lanesOf(database: OutboxDatabase, endpointIds: readonly OutboxTables['lanes']['endpoint_id'][]) {
  return database.selectFrom('lanes').where('endpoint_id', 'in', [...endpointIds]);
}
