import type { Page, PageRequest } from './page.ts';

/** What can be read of any kind of record. After its deletion a record is not found and not listed. */
export interface ReadStore<R> {
  get(id: string): Promise<R | undefined>;
  list(page: PageRequest): Promise<Page<R>>;
}

/** Records about one call, or about another thing that has an id. */
export interface ReferenceFilter {
  readonly reference_id?: string | undefined;
}
