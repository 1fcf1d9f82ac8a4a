import type { Address } from '../calls/address.ts';
import type { Page, PageRequest } from './page.ts';
import type { ReadStore, SearchFilter, SpanFilter } from './read-store.ts';

/** A request, or a call, that is still to be made, as whoever makes it left it. */
export interface StoredRequest {
  readonly id: string;
  /** JSON; the store does not look into it. */
  readonly work: string;
  readonly tm_create: string;
}

/** One that the end of an activeflow brings about. */
export interface EndRequest extends StoredRequest {
  readonly activeflowId: string;
}

/** One, and when its time comes. */
export interface DueRequest {
  readonly request: StoredRequest;
  readonly until: number;
}

/** Requests that must be made although whoever asked for them is gone. Each waits until its time, and then belongs to one process. */
export interface LaterRequestStore {
  /** False for an id that is there already. */
  insert(request: StoredRequest, until: number): Promise<boolean>;
  /** Takes over at most so many whose time has come. */
  claim(claim: {
    readonly now: number;
    readonly until: number;
    readonly limit: number;
  }): Promise<readonly StoredRequest[]>;
  /** No other process takes it until then. */
  postpone(request: StoredRequest, until: number): Promise<void>;
  /** False for an id that is not there any more. */
  delete(id: string): Promise<boolean>;
}

/** A call of a later time, as it is seen while it waits. */
export interface LaterCallRecord {
  /** The `activeflow_id` of the call, once it is made. */
  readonly id: string;
  readonly flow_id: string;
  readonly source: Address;
  readonly destination: Address;
  readonly caller_id_name: string;
  readonly tm_create: string;
  readonly tm_due: string;
}

export interface LaterCallFilter extends SearchFilter, SpanFilter {
  readonly flow_id?: string | undefined;
  /** Source or destination. */
  readonly number?: string | undefined;
}

/** The same for calls, which are asked for by the dozen, and looked for. */
export interface LaterCallStore
  extends Pick<LaterRequestStore, 'claim' | 'delete'>,
    ReadStore<LaterCallRecord> {
  /** All of them, or none. @throws StoreError */
  insertAll(dues: readonly DueRequest[]): Promise<void>;
  list(page: PageRequest, filter?: LaterCallFilter): Promise<Page<LaterCallRecord>>;
}
