import type { Kysely } from 'kysely';
import { DEFAULT_MIGRATION_TABLE, type Migration, Migrator } from 'kysely/migration';
import { modulesOf } from '../core/modules-of.ts';
import type { Tables } from './tables.ts';

/** Brings the database to the latest form. One that a newer version has migrated further is refused. */
export async function migrate(database: Kysely<Tables>): Promise<void> {
  const migrations = await loadMigrations();
  if (await isLatest(database, Object.keys(migrations))) return;
  const migrator = new Migrator({ db: database, provider: { getMigrations: async () => migrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** One question where there is nothing to do, as at most starts: the migrator looks at every column of every table, and locks them. */
async function isLatest(database: Kysely<Tables>, names: readonly string[]): Promise<boolean> {
  try {
    const rows = await database.selectFrom(DEFAULT_MIGRATION_TABLE).select('name').execute();
    return rows.length === names.length && rows.every(({ name }) => names.includes(String(name)));
  } catch {
    return false; // there is no such table, or no database: the migrator tells
  }
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
