import type { CallRecord } from '../calls/call-record.ts';
import type { ActiveflowRecord } from '../flows/activeflow-record.ts';
import type { Completion } from '../flows/completion.ts';
import type { EndRequest } from '../ports/later-requests.ts';
import type { LiveRecord } from './live-records.ts';
import type { NewDelivery } from './outbox.ts';

/** An activeflow with what it takes to go on with it. */
export interface StoredActiveflow {
  readonly record: ActiveflowRecord;
  /** JSON of lists, cursor, variables and acquired ids; the store does not look into it. */
  readonly state: string;
  readonly isEnded: boolean;
}

/** What is written together: changes, the deliveries that tell of them, and what comes of them. Later kinds add their list here. */
export interface Batch {
  readonly calls?: readonly CallRecord[];
  readonly activeflows?: readonly StoredActiveflow[];
  readonly live?: readonly LiveRecord[];
  readonly deliveries?: readonly NewDelivery[];
  readonly requests?: readonly EndRequest[];
  readonly completions?: readonly Completion[];
  /** Ids of completions that are due no longer. */
  readonly completed?: readonly string[];
}

/** What we need of the store. */
export interface BatchStore {
  /** Inserts or replaces, all of it or nothing. @throws StoreError */
  commit(batch: Batch): Promise<void>;
}
