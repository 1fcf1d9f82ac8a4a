import type { PageRequest } from '../ports/page.ts';
import type { SpanFilter } from '../ports/read-store.ts';
import { placeOf } from './page-token.ts';
import type { Query } from './record-table.ts';

/** Narrows a query to what began in a span of time. */
export function within(query: Query, { since, until }: SpanFilter): Query {
  const from = since === undefined ? query : query.where('tm_create', '>=', since);
  return until === undefined ? from : from.where('tm_create', '<', until);
}

/**
 * A page that begins before the end of the span needs no end: of the two SQLite takes the end for its index, and reads all the pages
 * before once more, at a tenth of a second for half a million.
 */
export function openEnded<F extends SpanFilter>(filter: F, { token }: PageRequest): F {
  const { until } = filter;
  if (until === undefined || token === undefined || placeOf(token).tm_create > until) return filter;
  return { ...filter, until: undefined };
}
