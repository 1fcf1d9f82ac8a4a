import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** What is due is found in its order, without putting all that is due in order. */
export const laterOrder: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    for (const table of ['later_requests', 'later_calls']) {
      await schema.dropIndex(`${table}_lease`).execute();
      await schema
        .createIndex(`${table}_due`)
        .on(table)
        .columns(['lease_until', 'tm_create', 'id'])
        .execute();
    }
  },
};
