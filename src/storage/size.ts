import { type RawBuilder, sql } from 'kysely';
import type { Engine } from './engine.ts';

interface Size {
  readonly bytes: number | string;
}

/** What the database takes, in bytes. Either engine knows that without reading what is in it. */
export async function sizeOf({ database, isShared }: Engine): Promise<number> {
  const query: RawBuilder<Size> = isShared
    ? sql`select pg_database_size(current_database()) as bytes`
    : sql`select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()`;
  const { rows } = await query.execute(database);
  return Number(rows[0]?.bytes);
}
