import { type CompiledQuery, type QueryCreator, sql } from 'kysely';
import type { ClaimRequest } from '../news/outbox.ts';
import { neverDue, type OutboxDatabase, type OutboxTables, padded, pending } from './outbox-tables.ts';
import type { Statements } from './statements.ts';

export interface Claiming {
  readonly database: OutboxDatabase;
  readonly statements: Statements;
  readonly isShared: boolean;
}

/** Names what one claim has leased. */
export interface Lease {
  readonly lease: string;
  readonly leaseUntil: number;
}

/** A row of `claimQuery`. */
export interface LeasedRow {
  readonly key: string;
  readonly endpoint_id: string;
  readonly due_at: number;
}

/** A row of `pendingQuery`. */
export interface PendingRow extends Omit<LeasedRow, 'due_at'> {
  readonly id: string;
  readonly type: string;
  readonly body: string;
  readonly created_at: number;
  readonly attempts: number;
  readonly next_at: number;
  readonly failing_since: number;
}

/**
 * Leases due lanes nobody works on, the longest due first: one lane of each endpoint in the order of the rooms, then a second …
 * What another process is claiming right now is left to it.
 */
export function claimQuery(
  { database, statements, isShared }: Claiming,
  { rooms, now, limit }: ClaimRequest,
  { lease, leaseUntil }: Lease,
): CompiledQuery {
  const wanted = rooms.flatMap(({ endpointId, lanes }) => [endpointId, now, now, Math.min(lanes, limit)]);
  const dueOf = (
    creator: QueryCreator<OutboxTables>,
    { endpointId, lanes }: ClaimRequest['rooms'][number],
  ) => {
    const due = creator
      .selectFrom('lanes')
      .select(['key', 'due_at'])
      .where('endpoint_id', '=', endpointId)
      .where('due_at', '<=', now)
      .where('lease_until', '<=', now)
      .orderBy('due_at')
      .limit(Math.min(lanes, limit));
    return isShared ? due.forUpdate().skipLocked() : due;
  };
  const [only, ...more] = rooms;
  // One endpoint waits for no turn, and the statement that gives turns takes four times as long.
  if (only && more.length === 0)
    return statements.compiled('claim', [...wanted, lease, leaseUntil], () =>
      leasing(
        database.with('due', (creator) => dueOf(creator, only)),
        { lease, leaseUntil },
      ),
    );
  return statements.compiled(`claim/${rooms.length}`, [...wanted, limit, lease, leaseUntil], () =>
    leasing(
      database.with('due', (creator) => {
        const [first, ...others] = rooms.map((room, index) =>
          creator
            .selectFrom(dueOf(creator, room).as(`room${index}`))
            .select([
              'key',
              sql<number>`row_number() over (order by due_at)`.as('place'),
              sql.lit(index).as('room'),
            ]),
        );
        if (!first) throw new Error('no room');
        const all = others.reduce((some, one) => some.unionAll(one), first);
        return all.orderBy('place').orderBy('room').limit(limit);
      }),
      { lease, leaseUntil },
    ),
  );
}

/** Leases the lanes whose keys are in `due`. */
function leasing(
  database: QueryCreator<OutboxTables & { readonly due: { readonly key: string } }>,
  { lease, leaseUntil }: Lease,
) {
  return database
    .updateTable('lanes')
    .set({ lease, lease_until: leaseUntil })
    .where('key', 'in', ({ selectFrom }) => selectFrom('due').select('key'))
    .returning(['key', 'endpoint_id', 'due_at']);
}

/** The first deliveries of the lanes that were leased. */
export function pendingQuery(
  { database, statements }: Claiming,
  { rooms, depth }: ClaimRequest,
  { lease, leaseUntil }: Lease,
): CompiledQuery {
  const [ids = []] = padded(endpointsOf(rooms), 1_024);
  return statements.compiled(`pending/${ids.length}`, [...ids, leaseUntil, lease, depth], () =>
    database
      .selectFrom(({ selectFrom }) =>
        selectFrom('deliveries')
          .select(['seq', 'id', 'lane_key as key', 'endpoint_id', 'type', 'body', 'created_at'])
          .select(['attempts', 'next_at', 'failing_since'])
          .select(sql<number>`row_number() over (partition by lane_key order by seq)`.as('place'))
          .where('state', '=', pending)
          .where('lane_key', 'in', ({ selectFrom }) =>
            selectFrom('lanes')
              .select('key')
              .where('endpoint_id', 'in', [...ids])
              .where('lease_until', '=', leaseUntil)
              .where('lease', '<>', sql.lit(''))
              .where('lease', '=', lease),
          )
          .as('waiting'),
      )
      .selectAll()
      .where('place', '<=', depth)
      .orderBy('seq'),
  );
}

/** When to come again: the next lane that falls due, or the next lease of a due lane that runs out. */
export function nextQuery({ database, statements }: Claiming, { rooms, now }: ClaimRequest): CompiledQuery {
  const [ids = []] = padded(endpointsOf(rooms), 1_024);
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

function endpointsOf(rooms: ClaimRequest['rooms']): readonly string[] {
  return rooms.map(({ endpointId }) => endpointId);
}

function lanesOf(database: OutboxDatabase, endpointIds: readonly string[]) {
  return database.selectFrom('lanes').where('endpoint_id', 'in', [...endpointIds]);
}
