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

/** The same for calls, which are asked for by the dozen. */
export interface LaterCallStore extends Pick<LaterRequestStore, 'claim' | 'delete'> {
  /** All of them, or none. @throws StoreError */
  insertAll(dues: readonly DueRequest[]): Promise<void>;
}
