import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { resources } from './migrations/0001-resources.ts';
import { tokens } from './migrations/0002-tokens.ts';
import { outbox } from './migrations/0003-outbox.ts';
import { expiry } from './migrations/0004-expiry.ts';
import { flowServices } from './migrations/0004-flow-services.ts';
import { instances } from './migrations/0005-instances.ts';
import { completions } from './migrations/0006-completions.ts';
import { recordings } from './migrations/0007-recordings.ts';
import { conferences } from './migrations/0008-conferences.ts';
import { laterCalls } from './migrations/0009-later-calls.ts';
import { queues } from './migrations/0010-queues.ts';
import { byCall } from './migrations/0011-by-call.ts';
import type { Tables } from './tables.ts';

/** Every migration, in the order of their names. A list and not a directory, so that the built package finds them too. */
const migrations: Readonly<Record<string, Migration>> = {
  '0001-resources': resources,
  '0002-tokens': tokens,
  '0003-outbox': outbox,
  '0004-flow-services': flowServices,
  '0004-expiry': expiry,
  '0005-instances': instances,
  '0006-completions': completions,
  '0007-recordings': recordings,
  '0009-later-calls': laterCalls,
  '0008-conferences': conferences,
  '0010-queues': queues,
  '0011-by-call': byCall,
};

/** Brings the database to the latest form. One that a newer version has migrated further is refused. */
export async function migrate(database: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({
    db: database,
    provider: { getMigrations: async () => ({ ...migrations }) },
  });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}
