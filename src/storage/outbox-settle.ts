import type { CompiledQuery } from 'kysely';
import type { DeliveryResult, Settlement } from '../news/outbox.ts';
import type { Lanes } from './outbox-lanes.ts';
import { laneKey, type OutboxDatabase, pending, type Statements } from './outbox-tables.ts';

/** Where a delivery is, as read before it is settled. */
export interface Place {
  readonly id: string;
  readonly endpoint_id: string;
  readonly lane_key: string;
}

interface Settling {
  readonly database: OutboxDatabase;
  readonly statements: Statements;
  readonly lanes: Lanes;
}

/** What settles deliveries and hands lanes back, to be run in one transaction. */
export function settleQueries(
  { database, statements, lanes }: Settling,
  { results, released }: Settlement,
  places: ReadonlyMap<string, Place>,
): CompiledQuery[] {
  const updates: CompiledQuery[] = [];
  const added: CompiledQuery[] = [];
  const keys = new Set(released.map(({ endpointId, lane }) => laneKey(endpointId, lane)));
  for (const result of results) {
    const place = places.get(result.id);
    if (!place) continue;
    keys.add(place.lane_key);
    const own = laneKey(place.endpoint_id, place.id);
    if (result.kind === 'failed' && result.isSetAside && own !== place.lane_key) {
      keys.add(own);
      added.push(lanes.add(own, place.endpoint_id));
    }
    updates.push(updateQuery(database, statements, result, place));
  }
  return [
    ...lanes.lock([...keys]),
    ...added,
    ...updates,
    ...lanes.refresh([...keys]),
    ...released.map(({ endpointId, lane, lease }) => lanes.release(laneKey(endpointId, lane), lease)),
    ...lanes.drop([...keys]),
  ];
}

function updateQuery(
  database: OutboxDatabase,
  statements: Statements,
  result: DeliveryResult,
  place: Place,
): CompiledQuery {
  const { id, kind, attempts, status, error, at } = result;
  const tried = { attempts, status, error, tried_at: at };
  switch (kind) {
    case 'delivered': {
      const set = { state: kind, ...tried };
      return statements.compiled(kind, [...Object.values(set), id], () =>
        database.updateTable('deliveries').set(set).where('id', '=', id),
      );
    }
    case 'dead': {
      const set = { state: kind, ...tried };
      return statements.compiled(kind, [...Object.values(set), id], () =>
        database.updateTable('deliveries').set(set).where('id', '=', id).where('state', '=', pending),
      );
    }
    case 'failed': {
      const lane_key = result.isSetAside ? laneKey(place.endpoint_id, id) : place.lane_key;
      const set = { lane_key, next_at: result.nextAt, failing_since: result.failingSince, ...tried };
      return statements.compiled(kind, [...Object.values(set), id], () =>
        database.updateTable('deliveries').set(set).where('id', '=', id).where('state', '=', pending),
      );
    }
    default:
      return result satisfies never;
  }
}
