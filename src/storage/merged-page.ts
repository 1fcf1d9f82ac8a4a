import type { Page } from '../ports/page.ts';
import { type Place, pageToken, placeOf } from './page-token.ts';

/** One page of several of the same size, from the same place: newest first, each record once. */
export function mergedPage<R extends Place>(pages: readonly Page<R>[], size: number): Page<R> {
  const all = new Map(pages.flatMap(({ result }) => result).map((record) => [record.id, record]));
  // Behind where a page has ended that has a next one, others may have what comes before.
  const [end] = pages.flatMap(({ next }) => (next === '' ? [] : [placeOf(next)])).sort(newestFirst);
  const known = [...all.values()].filter((record) => !end || newestFirst(record, end) <= 0).sort(newestFirst);
  const shown = known.slice(0, size);
  const last = shown.length < known.length ? shown.at(-1) : end;
  return { result: shown, next: last ? pageToken(last) : '' };
}

function newestFirst(one: Place, other: Place): number {
  if (one.tm_create !== other.tm_create) return one.tm_create > other.tm_create ? -1 : 1;
  if (one.id === other.id) return 0;
  return one.id > other.id ? -1 : 1;
}
