import type { Completion } from '../flows/completion.ts';
import type { EndRequest } from '../ports/later-requests.ts';
import type { Written } from './live.ts';
import type { NewDelivery } from './outbox.ts';

/** The rows that are written together: changes, the deliveries that tell of them, and their consequences. */
export interface Batch {
  readonly live?: readonly Written[];
  readonly deliveries?: readonly NewDelivery[];
  readonly requests?: readonly EndRequest[];
  readonly completions?: readonly Completion[];
  /** Ids of completions that are due no longer. */
  readonly completed?: readonly string[];
}

/** The part of the store that the recorder needs. */
export interface BatchStore {
  /** Inserts or replaces, all of it or nothing. @throws StoreError */
  commit(batch: Batch): Promise<void>;
}
