import { type Kysely, sql } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Finds the few deliveries that were given up among all that were made. */
export const deadDeliveries: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    await schema
      .createIndex('deliveries_dead')
      .on('deliveries')
      .columns(['endpoint_id', 'seq'])
      .where(sql<boolean>`state = 'dead'`)
      .execute();
  },
};
