import type { Page, PageRequest } from './page.ts';

/** What can be read of any kind of record. After its deletion a record is not found and not listed. */
export interface ReadStore<R> {
  get(id: string): Promise<R | undefined>;
  list(page: PageRequest): Promise<Page<R>>;
}

/** Narrows a list to what has a text among its words: numbers, names, notes, however they are written. */
export interface SearchFilter {
  readonly search?: string | undefined;
}

/** Narrows a list to what began in a span of time: wire times, at or after the one, and before the other. */
export interface SpanFilter {
  readonly since?: string | undefined;
  readonly until?: string | undefined;
}

/** Records about one call, or about another thing that has an id. */
export interface ReferenceFilter {
  readonly reference_id?: string | undefined;
}
