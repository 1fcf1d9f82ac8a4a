import type { Page } from '../ports/page.ts';
import { type Place, pageToken } from './page-token.ts';

/** One page of several of the same size, from the same place: newest first, each record once. */
export function mergedPage<R extends Place>(pages: readonly Page<R>[], size: number): Page<R> {
  const all = new Map(pages.flatMap(({ result }) => result).map((record) => [record.id, record]));
  // Behind the end of a page that has a next one, others may have what comes before.
  const ends = pages.flatMap(({ result, next }) => (next === '' ? [] : result.slice(-1)));
  const known = [...all.values()].filter((record) => ends.every((end) => newestFirst(record, end) <= 0));
  const shown = known.sort(newestFirst).slice(0, size);
  const last = shown.at(-1);
  const hasMore = ends.length > 0 || shown.length < all.size;
  return { result: shown, next: last && hasMore ? pageToken(last) : '' };
}

function newestFirst(one: Place, other: Place): number {
  if (one.tm_create !== other.tm_create) return one.tm_create > other.tm_create ? -1 : 1;
  if (one.id === other.id) return 0;
  return one.id > other.id ? -1 : 1;
}
