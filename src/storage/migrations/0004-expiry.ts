import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Finds the deliveries that are settled and old without looking at all the others. */
export const expiry: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createIndex('deliveries_settled')
      .on('deliveries')
      .column('created_at')
      .where(sql<boolean>`state <> 'pending'`)
      .execute();
  },
};
