import { LiveTable } from './live-table.ts';
import type { Query } from './record-table.ts';
import type { FilterOf } from './store.ts';

/** Calls are found by either number, and by when they began. */
export class CallTable extends LiveTable<'calls'> {
  protected override narrowed(all: Query, { since, number, ...columns }: FilterOf<'calls'>): Query {
    let query = super.narrowed(all, columns);
    if (since !== undefined) query = query.where('tm_create', '>=', since);
    if (number !== undefined)
      query = query.where(({ eb, or }) => or([eb('source', '=', number), eb('destination', '=', number)]));
    return query;
  }
}
