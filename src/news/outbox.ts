/** One event for one endpoint, to be appended. */
export interface NewDelivery {
  /** `msg_…`, made by us: the `webhook-id` of every try. */
  readonly id: string;
  readonly endpointId: string;
  /** Deliveries of one endpoint and lane are first tried in the order of their appending. */
  readonly lane: string;
  readonly type: string;
  /** `{"type":…,"data":…}`, the very bytes of every try. */
  readonly body: string;
  readonly createdAt: number;
  /** The call it is about, if it is about one. */
  readonly callId?: string | undefined;
}

/** A delivery whose time has come. */
export interface DueDelivery extends NewDelivery {
  /** Tries so far. */
  readonly attempts: number;
  /** When its first try failed. */
  readonly failingSince: number | undefined;
}

/** A lane that is ours alone until `leaseUntil`, with its next deliveries in order (at least one, all due). */
export interface ClaimedLane {
  readonly endpointId: string;
  readonly lane: string;
  /** Names this claim, so that a lane taken over by another process is not released by us. */
  readonly lease: string;
  readonly leaseUntil: number;
  readonly deliveries: readonly DueDelivery[];
}

export interface ClaimRequest {
  readonly now: number;
  readonly leaseUntil: number;
  /** From which endpoints, and at most how many lanes of each. */
  readonly rooms: readonly { readonly endpointId: string; readonly lanes: number }[];
  /** At most this many lanes in all, taken in turn from the endpoints: one of each in the order of `rooms`, then a second … */
  readonly limit: number;
  /** At most this many deliveries of each lane. */
  readonly depth: number;
}

export interface Claim {
  readonly lanes: readonly ClaimedLane[];
  /** When the next lane of these endpoints will fall due or lose its lease. Lanes that are due but found no room do not count. */
  readonly nextDueAt: number | undefined;
}

interface Tried {
  readonly id: string;
  readonly at: number;
  readonly attempts: number;
  /** HTTP status, 0 without an answer. */
  readonly status: number;
  /** `http_500`, `timeout`, `gone`, …; empty when delivered. */
  readonly error: string;
}

/** What became of a delivery. */
export type DeliveryResult =
  | (Tried & { readonly kind: 'delivered' })
  /** To be tried again at `nextAt`. Until then it holds its lane, or `setAside` moves it to a lane of its own. */
  | (Tried & {
      readonly kind: 'failed';
      readonly nextAt: number;
      readonly failingSince: number;
      readonly isSetAside: boolean;
    })
  /** Given up: kept to be seen and retried by hand. */
  | (Tried & { readonly kind: 'dead' });

/** A batch of results, and of lanes handed back after them. */
export interface Settlement {
  readonly results: readonly DeliveryResult[];
  readonly released: readonly ClaimedLane[];
}

/** A delivery as the API lists it. */
export interface DeliveryRecord extends NewDelivery {
  readonly state: 'pending' | 'delivered' | 'dead';
  readonly attempts: number;
  /** When a pending delivery is tried next. */
  readonly nextAt: number;
  /** Of the last try. */
  readonly status: number;
  readonly error: string;
  readonly triedAt: number | undefined;
}

export interface ListRequest {
  readonly endpointId?: string;
  readonly callId?: string;
  readonly limit: number;
  readonly state?: DeliveryRecord['state'];
  /** Only what was made at that time or later, and before that time. */
  readonly since?: number;
  readonly until?: number;
  /** Only what comes behind this delivery in the list. */
  readonly before?: string;
}

export interface RecoverRequest {
  readonly endpointId: string;
  /** Only what was made at that time or later. */
  readonly since: number;
  /** What was tried later than that is left alone: it has just been recovered. */
  readonly now: number;
  /** At most so many of either kind. */
  readonly limit: number;
}

/** How many deliveries are due now again. */
export interface Recovered {
  /** They were given up. */
  readonly recovered: number;
  /** They waited for another try. */
  readonly hastened: number;
}

/**
 * Deliveries that are pending or have been tried, in lanes: (endpoint, lane). They are appended in the transactions of what
 * they tell (`BatchStore.commit`, `TellingStore`), all or nothing, in the order given; an id known already is skipped, so that
 * an append in doubt can be repeated. A lane is due when its first pending delivery
 * is; it is claimed by one process at a time. Whoever works through a claim settles results and hands lanes back in batches,
 * so a round trip serves many deliveries.
 */
export interface Outbox {
  /** Settles first, where there is anything to settle: both or neither. */
  claim(request: ClaimRequest, settlement?: Settlement): Promise<Claim>;
  /** Results first, then releases. A result for what is no longer pending only counts if it says `delivered`. */
  settle(settlement: Settlement): Promise<void>;
  /**
   * Gives up everything pending for endpoints other than these; answers how many deliveries that were. An outbox in the same
   * database as the endpoints looks there instead: another process may just have made one that this list does not have.
   */
  retire(activeEndpointIds: readonly string[], now: number): Promise<number>;
  /** Makes a delivery due now: a settled one once more, in a lane of its own; a pending one earlier. False if unknown. */
  retry(id: string, now: number): Promise<boolean>;
  /**
   * Makes what an endpoint has missed due now, the oldest first: what was given up, in the lane of its call with all its tries before it
   * again, and what waits for another try.
   */
  recover(request: RecoverRequest): Promise<Recovered>;
  /** Newest first. */
  list(request: ListRequest): Promise<readonly DeliveryRecord[]>;
  find(id: string): Promise<DeliveryRecord | undefined>;
  /** Exact up to 100 000; more need not be told apart. */
  countPending(): Promise<number>;
}
