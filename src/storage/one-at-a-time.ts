import type { Kysely } from 'kysely';
import { wireTime } from '../core/clock.ts';
import type { Tables } from './tables.ts';

/**
 * Runs in one transaction, and nobody else's beside it: what makes pointers between resources and what deletes their targets
 * see all of each other. Whoever writes this row first holds it to the end of the transaction, in every engine.
 */
export function oneAtATime<T>(
  database: Kysely<Tables>,
  work: (transaction: Kysely<Tables>) => Promise<T>,
): Promise<T> {
  return database.transaction().execute(async (transaction) => {
    const tm_update = wireTime();
    await transaction
      .insertInto('probe')
      .values({ id: 'pointers', tm_update })
      .onConflict((conflict) => conflict.column('id').doUpdateSet({ tm_update }))
      .execute();
    return work(transaction);
  });
}
