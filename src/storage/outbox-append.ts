import { type CompiledQuery, sql } from 'kysely';
import type { NewDelivery } from '../news/outbox.ts';
import { type DeliveryRow, laneKey, neverDue, type OutboxDatabase, pieces } from './outbox-tables.ts';
import type { Statements } from './statements.ts';

type NewRow = Pick<
  DeliveryRow,
  'id' | 'endpoint_id' | 'lane_key' | 'type' | 'body' | 'created_at' | 'call_id' | 'next_at'
>;

/**
 * What appends deliveries, to be run in one transaction. Lanes come first and sorted, here and wherever lanes are changed:
 * who has locked a lane of a shared database appends to it alone, and no two wait for each other.
 */
export function appendQueries(
  database: OutboxDatabase,
  statements: Statements,
  deliveries: readonly NewDelivery[],
): CompiledQuery[] {
  const rows = deliveries.map(rowOf);
  const lanes = new Map<string, NewRow>();
  for (const row of rows) lanes.set(row.lane_key, row);
  const sorted = [...lanes.values()].sort((one, other) => (one.lane_key < other.lane_key ? -1 : 1));
  return [
    ...pieces(sorted).map((piece) => insertLanes(database, statements, piece)),
    ...pieces(rows).map((piece) => insertDeliveries(database, statements, piece)),
  ];
}

function rowOf({ id, endpointId, lane, type, body, createdAt, callId }: NewDelivery): NewRow {
  return {
    id,
    endpoint_id: endpointId,
    lane_key: laneKey(endpointId, lane),
    type,
    body,
    created_at: createdAt,
    call_id: callId ?? null,
    next_at: createdAt,
  };
}

/** A lane that has something pending keeps its time. */
function insertLanes(
  database: OutboxDatabase,
  statements: Statements,
  rows: readonly NewRow[],
): CompiledQuery {
  const lanes = rows.map(({ lane_key, endpoint_id, next_at }) => ({
    key: lane_key,
    endpoint_id,
    due_at: next_at,
  }));
  const due_at = sql<number>`case when lanes.due_at >= ${neverDue} then excluded.due_at else lanes.due_at end`;
  return statements.compiled(`lanes/${rows.length}`, lanes.flatMap(Object.values), () =>
    database
      .insertInto('lanes')
      .values(lanes)
      .onConflict((conflict) => conflict.column('key').doUpdateSet({ due_at })),
  );
}

function insertDeliveries(
  database: OutboxDatabase,
  statements: Statements,
  rows: readonly NewRow[],
): CompiledQuery {
  return statements.compiled(`deliveries/${rows.length}`, rows.flatMap(Object.values), () =>
    database
      .insertInto('deliveries')
      .values([...rows])
      .onConflict((conflict) => conflict.column('id').doNothing()),
  );
}
