import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { modulesOf } from '../core/modules-of.ts';
import type { Tables } from './tables.ts';

/** Brings the database to the latest form. One that a newer version has migrated further is refused. */
export async function migrate(database: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db: database, provider: { getMigrations: loadMigrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** A file of the directory is a migration, of that name: it is all that the file exports. They run in the order of their names. */
async function loadMigrations(): Promise<Record<string, Migration>> {
  const migrations: Record<string, Migration> = {};
  for (const [name, exported] of await modulesOf('storage/migrations')) {
    const [migration] = Object.values(exported) as Migration[]; // as the doc comment has it
    if (!migration) throw new Error(`src/storage/migrations/${name} must export a migration`);
    migrations[name] = migration;
  }
  return migrations;
}
