import { type CompiledQuery, type Kysely, sql } from 'kysely';
import type { DueRequest, EndRequest, LaterRequestStore, StoredRequest } from '../ports/later-requests.ts';
import { RecordTable, type TableShape } from './record-table.ts';
import type { Tables } from './tables.ts';

const requests = 'later_requests';
const plain: TableShape<StoredRequest> = { table: requests, columns: () => ({}) };

/**
 * For the transaction in which an activeflow ends, before that is written: a transaction of which nobody knows whether it was
 * committed is repeated, and by then the request may have been made, and forgotten.
 */
export function endRequestQuery(
  database: Kysely<Tables>,
  { id, work, tm_create, activeflowId }: EndRequest,
): CompiledQuery {
  const row = new RecordTable(database, plain).row({ id, work, tm_create });
  const hasEnded = database
    .selectFrom('activeflows')
    .select('id')
    .where('id', '=', activeflowId)
    .where('is_ended', '=', sql.lit(1));
  return database
    .insertInto(requests)
    .columns(['id', 'record', 'tm_create', 'lease_until'])
    .expression(
      database
        .selectNoFrom(({ val }) => [
          val(row.id).as('id'),
          val(row.record).as('record'),
          val(row.tm_create).as('tm_create'),
          sql.lit(0).as('lease_until'),
        ])
        .where(({ not, exists }) => not(exists(hasEnded))),
    )
    .onConflict((conflict) => conflict.column('id').doNothing())
    .compile();
}

/** In a table with `lease_until` beside the record. */
export function laterRequestStore(
  database: Kysely<Tables>,
  shape = plain,
): LaterRequestStore & { insertAll(dues: readonly DueRequest[]): Promise<void> } {
  const { table } = shape;
  const records = new RecordTable(database, shape);
  return {
    async insert(request, lease_until) {
      const { numInsertedOrUpdatedRows = 0n } = await database
        .insertInto(table)
        .values({ ...records.row(request), lease_until })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows > 0n;
    },
    async insertAll(dues) {
      if (dues.length === 0) return;
      const rows = dues.map(({ request, until: lease_until }) => ({ ...records.row(request), lease_until }));
      const inserting = database.insertInto(table).values(rows);
      await inserting.onConflict((conflict) => conflict.column('id').doNothing()).execute();
    },
    async claim({ now, until: lease_until, limit }) {
      const due = records.select().where('lease_until', '<=', now).orderBy('lease_until').limit(limit);
      const taken: StoredRequest[] = [];
      for (const request of await records.all(due)) {
        const { numUpdatedRows } = await database
          .updateTable(table)
          .set({ lease_until })
          .where('id', '=', request.id)
          .where('lease_until', '<=', now)
          .executeTakeFirst();
        if (numUpdatedRows > 0n) taken.push(request);
      }
      return taken;
    },
    async postpone(request, lease_until) {
      await database
        .updateTable(table)
        .set({ ...records.row(request), lease_until })
        .where('id', '=', request.id)
        .execute();
    },
    async delete(id) {
      const { numDeletedRows } = await database.deleteFrom(table).where('id', '=', id).executeTakeFirst();
      return numDeletedRows > 0n;
    },
  };
}
