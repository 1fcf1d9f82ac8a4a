import type { Kysely } from 'kysely';
import type { LiveTables } from './live-tables.ts';
import { outboxDatabase, pending } from './outbox-tables.ts';
import type { ExpiryRequest } from './store.ts';
import type { Tables } from './tables.ts';

/** Deletes the oldest records that are over; answers how many. What lives or waits stays, however old it is. */
export function expire(
  database: Kysely<Tables>,
  live: LiveTables,
  { kind, before, limit }: ExpiryRequest,
): Promise<number> {
  return kind === 'deliveries' ? expireDeliveries(database, before, limit) : live[kind].expire(before, limit);
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
