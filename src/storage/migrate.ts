import { readdir } from 'node:fs/promises';
import { join, parse } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import type { Tables } from './tables.ts';

/** Brings the database to the latest form. One that a newer version has migrated further is refused. */
export async function migrate(database: Kysely<Tables>): Promise<void> {
  const migrator = new Migrator({ db: database, provider: { getMigrations: loadMigrations } });
  const { error } = await migrator.migrateToLatest();
  if (error !== undefined) throw error;
}

/** A file of the directory is a migration, of that name: it is all that the file exports. They run in the order of their names. */
async function loadMigrations(): Promise<Record<string, Migration>> {
  const directory = join(import.meta.dirname, 'migrations');
  const migrations: Record<string, Migration> = {};
  for (const file of await readdir(directory)) {
    const { name, ext } = parse(file);
    if (ext !== '.ts' && ext !== '.js') continue;
    const exported = (await import(pathToFileURL(join(directory, file)).href)) as Record<string, Migration>;
    const [migration] = Object.values(exported);
    if (!migration) throw new Error(`src/storage/migrations/${file} must export a migration`);
    migrations[name] = migration;
  }
  return migrations;
}
