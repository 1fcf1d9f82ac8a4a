import { sql } from 'kysely';
import { patternOf } from '../core/words.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import { mergedPage } from './merged-page.ts';
import type { Place } from './page-token.ts';
import { isLike, type Query, type RecordTable } from './record-table.ts';

interface PartiesFilter {
  /** Source or destination. */
  readonly number?: string | undefined;
  readonly search?: string | undefined;
}

/** A page of what has two parties, in the columns `source` and `destination`. */
export function pageOfParties<R extends Place>(
  records: RecordTable<R>,
  query: Query,
  { number, search }: PartiesFilter,
  page: PageRequest,
): Promise<Page<R>> {
  if (search !== undefined) {
    const isFound = isLike('words', patternOf(search));
    return records.sifted(query, number === undefined ? isFound : sql`${isFound} and ${isOf(number)}`, page);
  }
  return number === undefined ? records.page(query, page) : pageOfNumber(records, query, { number, page });
}

/** As an expression: with the indexes of both SQLite would put all that there has been in order. */
function isOf(number: string) {
  return sql<boolean>`(source || '' = ${number} or destination || '' = ${number})`;
}

/**
 * The newest of either index: asked for both at once, SQLite reads and sorts all that there has been of a number, at half a second for
 * 100 000.
 */
async function pageOfNumber<R extends Place>(
  records: RecordTable<R>,
  query: Query,
  { number, page }: { readonly number: string; readonly page: PageRequest },
): Promise<Page<R>> {
  const [made, taken] = await Promise.all([
    records.page(query.where('source', '=', number), page),
    records.page(query.where('destination', '=', number), page),
  ]);
  return mergedPage([made, taken], page.size);
}
