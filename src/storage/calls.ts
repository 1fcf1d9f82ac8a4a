import { sql } from 'kysely';
import { wireTime } from '../core/clock.ts';
import { LiveTable } from './live-table.ts';
import type { Query } from './record-table.ts';
import type { CallStore, FilterOf } from './store.ts';

/** How far Asterisk's clock may be from ours, in milliseconds. */
const clockSkew = 3_600_000;

/** Calls are found by either number, and by when they began. */
export class CallTable extends LiveTable<'calls'> implements CallStore {
  protected override narrowed(all: Query, { since, number, ...columns }: FilterOf<'calls'>): Query {
    let query = super.narrowed(all, columns);
    if (since !== undefined) query = query.where('tm_create', '>=', since);
    if (number !== undefined)
      query = query.where(({ eb, or }) => or([eb('source', '=', number), eb('destination', '=', number)]));
    return query;
  }

  /** Whether one that began no earlier than a channel of this id had that. */
  async hadChannel({ id, creationtime }: Parameters<CallStore['hadChannel']>[0]): Promise<boolean> {
    const channel = `%${JSON.stringify({ channel: id })
      .slice(1, -1)
      .replaceAll(/[%_\\]/g, '\\$&')}%`;
    const since = wireTime((Date.parse(creationtime) - clockSkew) * 1_000);
    const row = await this.engine.database
      .selectFrom('calls')
      .select('id')
      .where('tm_create', '>=', since)
      .where(sql<boolean>`state like ${channel} escape '\\'`)
      .executeTakeFirst();
    return row !== undefined;
  }
}
