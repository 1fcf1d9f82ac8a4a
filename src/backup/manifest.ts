import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as z from 'zod';
import { messageOf } from '../core/errors.ts';

/** What says of a folder that it is a backup. */
export const manifestFile = 'manifest.json';
/** The copy of the database, where that is SQLite. */
export const databaseFile = 'ariflow.db';

const schema = z.object({
  /** Of the ariflow that made it. */
  version: z.string(),
  tm_create: z.string(),
  /** `false`: the database is PostgreSQL, and is not in it. */
  has_database: z.boolean(),
  files: z.array(z.object({ path: z.string(), size: z.number(), sha256: z.string() })),
  /** What is not in it, in words. */
  missing: z.array(z.string()),
});

export type Manifest = z.output<typeof schema>;

/** @throws Error where the folder is no backup */
export async function readManifest(folder: string): Promise<Manifest> {
  try {
    return schema.parse(JSON.parse(await readFile(join(folder, manifestFile), 'utf8')));
  } catch (cause) {
    throw new Error(`${folder} is no whole backup: ${messageOf(cause)}`, { cause });
  }
}
