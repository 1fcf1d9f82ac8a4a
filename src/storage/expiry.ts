import type { Kysely } from 'kysely';
import { wireTime } from '../core/clock.ts';
import { outboxDatabase, pending } from './outbox-tables.ts';
import type { ExpiryRequest } from './store.ts';
import type { Tables } from './tables.ts';

/** Deletes the oldest records that are over; answers how many. What lives or waits stays, however old it is. */
export async function expire(database: Kysely<Tables>, request: ExpiryRequest): Promise<number> {
  const { kind, before, limit } = request;
  if (kind === 'confbridges') return expireConfbridges(database, before, limit);
  if (kind === 'deliveries') return expireDeliveries(database, before, limit);
  const [column, value] = ended[kind];
  const old = database
    .selectFrom(kind)
    .select('id')
    .where('tm_create', '<', wireTime(before * 1_000))
    .where(column, '=', value)
    .orderBy('tm_create')
    .limit(limit);
  const { numDeletedRows } = await database.deleteFrom(kind).where('id', 'in', old).executeTakeFirst();
  return Number(numDeletedRows);
}

/** How each kind says that it is over. */
const ended = {
  calls: ['status', 'hangup'],
  activeflows: ['is_ended', 1],
  conferencecalls: ['status', 'leaved'],
  queuecalls: ['is_ended', 1],
} as const;

/** Those that were deleted, and those that nobody has been in for so long; whoever comes makes it anew. */
async function expireConfbridges(database: Kysely<Tables>, before: number, limit: number): Promise<number> {
  const time = wireTime(before * 1_000);
  const old = database
    .selectFrom('confbridges')
    .select('id')
    .where('idle_since', '<', time)
    .orderBy('idle_since')
    .limit(limit);
  const { numDeletedRows } = await database
    .deleteFrom('confbridges')
    .where('id', 'in', old)
    .where('idle_since', '<', time) // somebody may just have come
    .executeTakeFirst();
  return Number(numDeletedRows);
}

async function expireDeliveries(database: Kysely<Tables>, before: number, limit: number): Promise<number> {
  const outbox = outboxDatabase(database);
  const old = outbox
    .selectFrom('deliveries')
    .select('seq')
    .where('state', '<>', pending)
    .where('created_at', '<', before)
    .orderBy('created_at')
    .limit(limit);
  const { numDeletedRows } = await outbox
    .deleteFrom('deliveries')
    .where('seq', 'in', old)
    .where('state', '<>', pending) // somebody may just have asked for another try
    .executeTakeFirst();
  return Number(numDeletedRows);
}
