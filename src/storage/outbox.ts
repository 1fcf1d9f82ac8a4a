import { type CompiledQuery, type Selectable, sql } from 'kysely';
import type {
  Claim,
  ClaimRequest,
  DeliveryRecord,
  ListRequest,
  NewDelivery,
  Outbox,
  Recovered,
  RecoverRequest,
  Settlement,
} from '../news/outbox.ts';
import type { Engine } from './engine.ts';
import { appendQueries } from './outbox-append.ts';
import { type ClaimTools, claimLanes } from './outbox-claim.ts';
import { Lanes } from './outbox-lanes.ts';
import { recover } from './outbox-recover.ts';
import { settleQueries } from './outbox-settle.ts';
import {
  type DeliveryRow,
  laneKey,
  laneOf,
  type OutboxDatabase,
  outboxDatabase,
  pending,
} from './outbox-tables.ts';
import { Statements } from './statements.ts';

/** Counting more would hold up who writes. */
const mostCounted = 100_000;

/** The outbox in the database, so that an event is written in the transaction of the change it tells of. */
export class SqlOutbox implements Outbox {
  readonly #engine: Engine;
  readonly #database: OutboxDatabase;
  readonly #tools: ClaimTools;
  /** Endpoints that are stored and active, whoever made them. */
  readonly #activeEndpoints: () => Promise<readonly string[]>;

  constructor(engine: Engine, activeEndpoints: () => Promise<readonly string[]>) {
    const { isShared } = engine;
    const statements = new Statements();
    this.#engine = engine;
    this.#activeEndpoints = activeEndpoints;
    const database = outboxDatabase(engine.database);
    this.#database = database;
    const lanes = new Lanes(database, statements, isShared);
    this.#tools = { engine, database, statements, lanes, isShared };
  }

  /** At the start: leases of this instance are left from a process that died. In a database of its own all are. */
  async freeLeases(): Promise<void> {
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
    return appendQueries(this.#database, this.#tools.statements, deliveries);
  }

  async claim(request: ClaimRequest, settlement?: Settlement): Promise<Claim> {
    if (request.rooms.length > 0) return claimLanes(this.#tools, request, settlement);
    if (settlement) await this.settle(settlement);
    return { lanes: [], nextDueAt: undefined };
  }

  async settle(settlement: Settlement): Promise<void> {
    const queries = settleQueries(this.#tools, settlement);
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
    const { lanes } = this.#tools;
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

  recover(request: RecoverRequest): Promise<Recovered> {
    return recover(this.#tools, request);
  }

  async list(request: ListRequest): Promise<readonly DeliveryRecord[]> {
    const { endpointId, callId, limit, state, since, until, before } = request;
    let query = this.#database.selectFrom('deliveries').selectAll();
    if (endpointId !== undefined) query = query.where('endpoint_id', '=', endpointId);
    if (callId !== undefined) query = query.where('call_id', '=', callId);
    // In the text of the query, or its index is of no use to it.
    if (state !== undefined) query = query.where('state', '=', sql.lit(state));
    if (since !== undefined) query = query.where('created_at', '>=', since);
    if (before !== undefined) query = query.where(isBehind(before));
    // As an expression: with an index it would be what is read from, and all the pages before with it.
    if (until !== undefined)
      query = query.where(before === undefined ? sql`created_at` : sql`created_at + 0`, '<', until);
    const rows = await query.orderBy('created_at', 'desc').orderBy('seq', 'desc').limit(limit).execute();
    return rows.map(recordOf);
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

  /** Gives up everything of an endpoint that is gone. */
  async #retire(endpointId: string, now: number): Promise<number> {
    const { lanes } = this.#tools;
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

function isBehind(id: string) {
  return sql<boolean>`(created_at, seq) < (select created_at, seq from deliveries where id = ${id})`;
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
