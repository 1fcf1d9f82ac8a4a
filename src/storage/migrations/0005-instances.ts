import type { Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

/** Whose call or activeflow it is, where several daemons share a database: each ends what it has left behind itself. */
export const instances: Migration = {
  async up({ schema }: Kysely<unknown>): Promise<void> {
    for (const table of ['calls', 'activeflows']) {
      await schema
        .alterTable(table)
        .addColumn('instance', 'text', (column) => column.notNull().defaultTo(''))
        .execute();
    }
  },
};
