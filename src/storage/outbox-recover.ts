import { type RawBuilder, type Selectable, sql } from 'kysely';
import type { Recovered, RecoverRequest } from '../news/outbox.ts';
import type { Settling } from './outbox-settle.ts';
import {
  type DeliveryRow,
  laneKey,
  never,
  neverDue,
  type OutboxDatabase,
  pending,
  pieces,
} from './outbox-tables.ts';

/** What is about no call, and was set aside from its lane: which one that was is not known any more. */
const lost = 'recovered';

/** Makes what an endpoint has missed due now, as `Outbox.recover` says. */
export async function recover(settling: Settling, request: RecoverRequest): Promise<Recovered> {
  return {
    recovered: await inOneGo(settling, (within) => takeUp(settling, within, request)),
    hastened: await inOneGo(settling, (within) => hasten(settling, within, request)),
  };
}

function inOneGo({ database }: Settling, work: (within: OutboxDatabase) => Promise<number>): Promise<number> {
  return database.transaction().execute(work);
}

/** What was given up, the oldest first, with all its tries before it. */
async function takeUp(
  settling: Settling,
  within: OutboxDatabase,
  { endpointId, since, now, limit }: RecoverRequest,
): Promise<number> {
  const rows = await within
    .selectFrom('deliveries')
    .select(['id', 'lane_key', 'call_id'])
    .where('endpoint_id', '=', endpointId)
    .where('state', '=', sql.lit('dead'))
    .where('created_at', '>=', since)
    .where('tried_at', '<=', now)
    .orderBy('created_at')
    .orderBy('seq')
    .limit(limit)
    .execute();
  const home = ({ id, lane_key, call_id }: (typeof rows)[number]): string =>
    lane_key === laneKey(endpointId, id) ? laneKey(endpointId, call_id ?? lost) : lane_key;
  // Their own time is when they are due, so that what is older comes first.
  const next_at = sql<number>`created_at`;
  return makeDue(settling, within, {
    endpointId,
    lanes: Map.groupBy(rows, home),
    was: 'dead',
    set: { state: 'pending', next_at, attempts: 0, failing_since: 0 },
  });
}

/** What waits for its next try. */
async function hasten(
  settling: Settling,
  within: OutboxDatabase,
  { endpointId, since, now, limit }: RecoverRequest,
): Promise<number> {
  const rows = await within
    .selectFrom('deliveries')
    .select(['id', 'lane_key'])
    .where('state', '=', pending)
    .where('lane_key', 'in', ({ selectFrom }) =>
      selectFrom('lanes')
        .select('key')
        .where('endpoint_id', '=', endpointId)
        .where('due_at', '>', now)
        .where('due_at', '<', neverDue),
    )
    // As an expression: with an index it would be what is read from, and all that was ever delivered with it.
    .where(sql`created_at + 0`, '>=', since)
    .where('next_at', '>', now)
    .limit(limit)
    .execute();
  const lanes = Map.groupBy(rows, ({ lane_key }) => lane_key);
  return makeDue(settling, within, { endpointId, lanes, was: 'pending', set: { next_at: now } });
}

interface Due {
  readonly endpointId: string;
  /** Which deliveries, by the keys of the lanes that they are in from now on. */
  readonly lanes: ReadonlyMap<string, readonly { readonly id: string }[]>;
  /** What has another state by now, somebody else has dealt with. */
  readonly was: 'dead' | 'pending';
  readonly set: Partial<Pick<Selectable<DeliveryRow>, 'state' | 'attempts' | 'failing_since'>> & {
    readonly next_at: number | RawBuilder<number>;
  };
}

async function makeDue(
  { lanes }: Settling,
  within: OutboxDatabase,
  { endpointId, lanes: wanted, was, set }: Due,
): Promise<number> {
  const keys = [...wanted.keys()].sort();
  for (const piece of pieces(keys))
    await within
      .insertInto('lanes')
      .values(piece.map((key) => ({ key, endpoint_id: endpointId, due_at: never })))
      .onConflict((conflict) => conflict.column('key').doNothing())
      .execute();
  for (const query of lanes.lock(keys)) await within.executeQuery(query);
  let count = 0;
  for (const key of keys)
    for (const piece of pieces(wanted.get(key) ?? [])) {
      const ids = piece.map(({ id }) => id);
      const { numUpdatedRows } = await within
        .updateTable('deliveries')
        .set({ ...set, lane_key: key })
        .where('id', 'in', ids)
        .where('state', '=', was)
        .executeTakeFirst();
      count += Number(numUpdatedRows);
    }
  for (const query of [...lanes.refresh(keys), ...lanes.drop(keys)]) await within.executeQuery(query);
  return count;
}
