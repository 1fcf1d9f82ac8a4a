import type { Kysely } from 'kysely';
import { RecordTable } from './record-table.ts';
import type { Tables } from './tables.ts';

/** A request that is still to be made, as whoever makes it left it. */
export interface StoredRequest {
  readonly id: string;
  /** JSON; the store does not look into it. */
  readonly work: string;
  readonly tm_create: string;
}

/** Requests that must be made although who asked for them is gone. Each is left alone until its time, and then one process's. */
export interface LaterRequestStore {
  /** False for an id that is there already. */
  insert(request: StoredRequest, until: number): Promise<boolean>;
  /** Takes over at most so many whose time has come. */
  claim(claim: {
    readonly now: number;
    readonly until: number;
    readonly limit: number;
  }): Promise<readonly StoredRequest[]>;
  /** Nobody else takes it until then. */
  postpone(request: StoredRequest, until: number): Promise<void>;
  delete(id: string): Promise<void>;
}

const table = 'later_requests';

export function laterRequestStore(database: Kysely<Tables>): LaterRequestStore {
  const records = new RecordTable<StoredRequest>(database, { table, columns: () => ({}) });
  return {
    async insert(request, lease_until) {
      const { numInsertedOrUpdatedRows = 0n } = await database
        .insertInto(table)
        .values({ ...records.row(request), lease_until })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .executeTakeFirst();
      return numInsertedOrUpdatedRows > 0n;
    },
    async claim({ now, until: lease_until, limit }) {
      const due = await records.all(records.select().where('lease_until', '<=', now).limit(limit));
      const taken: StoredRequest[] = [];
      for (const request of due) {
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
      await database.deleteFrom(table).where('id', '=', id).execute();
    },
  };
}
