import { type CompiledQuery, type Selectable, sql } from 'kysely';
import type {
  Claim,
  ClaimRequest,
  DeliveryRecord,
  ListRequest,
  NewDelivery,
  Outbox,
  Settlement,
} from '../news/outbox.ts';
import type { Engine } from './engine.ts';
import { appendQueries } from './outbox-append.ts';
import { type Claiming, claimLanes } from './outbox-claim.ts';
import { Lanes } from './outbox-lanes.ts';
import { type Place, settleQueries } from './outbox-settle.ts';
import {
  type DeliveryRow,
  laneKey,
  laneOf,
  type OutboxDatabase,
  outboxDatabase,
  padded,
  pending,
  Statements,
} from './outbox-tables.ts';

/** Counting more would hold up who writes. */
const mostCounted = 100_000;

/** The outbox in the database, so that an event is written in the transaction of the change it tells of. */
export class SqlOutbox implements Outbox {
  readonly #engine: Engine;
  readonly #database: OutboxDatabase;
  readonly #claiming: Claiming;
  /** Endpoints that are stored and active, whoever made them. */
  readonly #activeEndpoints: () => Promise<readonly string[]>;

  constructor(engine: Engine, activeEndpoints: () => Promise<readonly string[]>) {
    const { isShared, instance } = engine;
    const statements = new Statements();
    this.#engine = engine;
    this.#activeEndpoints = activeEndpoints;
    this.#database = outboxDatabase(engine.database);
    const lanes = new Lanes(this.#database, statements, isShared);
    this.#claiming = { statements, isShared, instance, lanes };
  }

  /** At the start: leases of this instance are left from a process that died. In a database of its own all are. */
  async recover(): Promise<void> {
    const { isShared, instance } = this.#engine;
    if (isShared && instance === '') return;
    const leased = this.#database
      .updateTable('lanes')
      .set({ lease: '', lease_until: 0 })
      .where('lease', '<>', sql.lit(''));
    await (isShared ? leased.where('lease', 'like', `${instance}/%`) : leased).execute();
  }

  /** For the transaction that writes what they tell. */
  appendQueries(deliveries: readonly NewDelivery[]): CompiledQuery[] {
    return appendQueries(this.#database, this.#claiming.statements, deliveries);
  }

  async claim(request: ClaimRequest): Promise<Claim> {
    if (request.rooms.length === 0) return { lanes: [], nextDueAt: undefined };
    return this.#database
      .transaction()
      .execute((transaction) => claimLanes(transaction, this.#claiming, request));
  }

  async settle(settlement: Settlement): Promise<void> {
    const places = new Map<string, Place>();
    for (const ids of padded(settlement.results.map(({ id }) => id))) {
      const { rows } = await this.#database.executeQuery<Place>(this.#placesQuery(ids));
      for (const place of rows) places.set(place.id, place);
    }
    const queries = settleQueries({ database: this.#database, ...this.#claiming }, settlement, places);
    if (queries.length > 0) await this.#engine.runBatch(queries);
  }

  async retire(activeEndpointIds: readonly string[], now: number): Promise<number> {
    const active = new Set([...activeEndpointIds, ...(await this.#activeEndpoints())]);
    const rows = await this.#database.selectFrom('lanes').select('endpoint_id').distinct().execute();
    let count = 0;
    for (const { endpoint_id } of rows)
      if (!active.has(endpoint_id)) count += await this.#retire(endpoint_id, now);
    return count;
  }

  async retry(id: string, now: number): Promise<boolean> {
    const { lanes } = this.#claiming;
    return this.#database.transaction().execute(async (transaction) => {
      const run = async (queries: readonly CompiledQuery[]) => {
        for (const query of queries) await transaction.executeQuery(query);
      };
      const one = () => transaction.selectFrom('deliveries').where('id', '=', id);
      const row = await one().select(['endpoint_id', 'lane_key', 'state']).executeTakeFirst();
      if (!row) return false;
      const { endpoint_id, state } = row;
      const lane_key = state === 'pending' ? row.lane_key : laneKey(endpoint_id, id);
      await run([lanes.add(lane_key, endpoint_id), ...lanes.lock([lane_key])]);
      const change = { state: 'pending', lane_key, next_at: now } as const;
      await transaction.updateTable('deliveries').set(change).where('id', '=', id).execute();
      await run(lanes.refresh([lane_key]));
      return true;
    });
  }

  async list({ endpointId, callId, limit, state, before }: ListRequest): Promise<readonly DeliveryRecord[]> {
    let query = this.#database.selectFrom('deliveries').selectAll();
    if (endpointId !== undefined) query = query.where('endpoint_id', '=', endpointId);
    if (callId !== undefined) query = query.where('call_id', '=', callId);
    if (state !== undefined) query = query.where('state', '=', state);
    if (before !== undefined)
      query = query.where('seq', '<', ({ selectFrom }) =>
        selectFrom('deliveries').select('seq').where('id', '=', before),
      );
    return (await query.orderBy('seq', 'desc').limit(limit).execute()).map(recordOf);
  }

  async find(id: string): Promise<DeliveryRecord | undefined> {
    const query = this.#database.selectFrom('deliveries').selectAll().where('id', '=', id);
    const row = await query.executeTakeFirst();
    return row && recordOf(row);
  }

  async countPending(): Promise<number> {
    const { count } = await this.#database
      .selectFrom(({ selectFrom }) =>
        selectFrom('deliveries').select('seq').where('state', '=', pending).limit(mostCounted).as('counted'),
      )
      .select(({ fn }) => fn.countAll<number>().as('count'))
      .executeTakeFirstOrThrow();
    return Number(count);
  }

  #placesQuery(ids: readonly string[]): CompiledQuery {
    return this.#claiming.statements.compiled(`places/${ids.length}`, ids, () =>
      this.#database
        .selectFrom('deliveries')
        .select(['id', 'endpoint_id', 'lane_key'])
        .where('id', 'in', [...ids]),
    );
  }

  /** Gives up everything of an endpoint that is gone. */
  async #retire(endpointId: string, now: number): Promise<number> {
    const { lanes } = this.#claiming;
    return this.#database.transaction().execute(async (transaction) => {
      const all = transaction
        .selectFrom('lanes')
        .select('key')
        .where('endpoint_id', '=', endpointId)
        .orderBy('key');
      const rows = await (this.#engine.isShared ? all.forUpdate() : all).execute();
      const keys = rows.map(({ key }) => key);
      const { numUpdatedRows } = await transaction
        .updateTable('deliveries')
        .set({ state: 'dead', error: 'endpoint_inactive', tried_at: now })
        .where('endpoint_id', '=', endpointId)
        .where('state', '=', pending)
        .executeTakeFirst();
      for (const query of [...lanes.refresh(keys), ...lanes.drop(keys)])
        await transaction.executeQuery(query);
      return Number(numUpdatedRows);
    });
  }
}

function recordOf(row: Selectable<DeliveryRow>): DeliveryRecord {
  const { id, type, body, state, attempts, status, error } = row;
  return {
    id,
    endpointId: row.endpoint_id,
    lane: laneOf(row),
    type,
    body,
    createdAt: row.created_at,
    ...(row.call_id !== null && { callId: row.call_id }),
    state,
    attempts,
    nextAt: row.next_at,
    status,
    error,
    triedAt: row.tried_at || undefined,
  };
}
