import type { AgentRecord } from '../agents/agent-record.ts';
import type { CallRecord, CallStatus } from '../calls/call-record.ts';
import type { ActiveflowRecord } from '../flows/activeflow-record.ts';
import type { FlowRecord } from '../flows/flow-record.ts';
import type { NewDelivery, Outbox } from '../webhooks/outbox.ts';
import type { LaterRequestStore } from './later-requests.ts';
import type { LinkStore } from './links.ts';
import type { NumberRecord } from './number-record.ts';
import type { Page, PageRequest } from './page.ts';
import type { TokenRecord } from './token-record.ts';
import type { UserVariableStore } from './user-variables.ts';
import type { WebhookRecord } from './webhook-record.ts';

/** What can be read of any kind of record. After its deletion a record is not found and not listed. */
export interface ReadStore<R> {
  get(id: string): Promise<R | undefined>;
  list(page: PageRequest): Promise<Page<R>>;
}

/** What to set; a field that is missing or `undefined` stays as it is. */
export type Change<R> = { readonly [K in keyof R]?: R[K] | undefined };

/** A resource that users create, change and delete. */
export interface ResourceStore<R> extends ReadStore<R> {
  /** @throws StoreError `conflict` where the id or a unique field is taken. */
  insert(record: R): Promise<void>;
  /** Changes the fields given, whoever else changes others meanwhile; `undefined` where there is no such record. */
  update(id: string, change: Change<R>): Promise<R | undefined>;
  /** Sets `tm_delete` and `tm_update`; answers the record as it then is. */
  delete(id: string, time: string): Promise<R | undefined>;
}

export interface NumberStore extends ResourceStore<NumberRecord> {
  byNumber(number: string): Promise<NumberRecord | undefined>;
}

/** Inserting or updating with `is_default: true` takes it from the other one, in the same transaction. */
export interface WebhookStore extends ResourceStore<WebhookRecord> {
  /** Every live webhook: there are few, and each event is matched against all. */
  all(): Promise<readonly WebhookRecord[]>;
}

export interface TokenStore extends ResourceStore<TokenRecord> {
  /** Every live token: there are few, and each request is matched against all. */
  all(): Promise<readonly TokenRecord[]>;
}

export interface AgentStore extends ResourceStore<AgentRecord> {
  /** Every live agent: an office has hundreds at most. */
  all(): Promise<readonly AgentRecord[]>;
}

export interface CallFilter {
  readonly status?: CallStatus | undefined;
  /** Created at or after this wire time. */
  readonly since?: string | undefined;
  /** Source or destination. */
  readonly number?: string | undefined;
}

export interface CallStore {
  get(id: string): Promise<CallRecord | undefined>;
  list(page: PageRequest, filter?: CallFilter): Promise<Page<CallRecord>>;
  /** Calls of this instance that had not ended when they were last written: what a start has to look after. */
  unfinished(): Promise<readonly CallRecord[]>;
}

/** An activeflow with what it takes to go on with it. */
export interface StoredActiveflow {
  readonly record: ActiveflowRecord;
  /** JSON of lists, cursor, variables and acquired ids; the store does not look into it. */
  readonly state: string;
  readonly isEnded: boolean;
}

export interface ActiveflowStore extends ReadStore<ActiveflowRecord> {
  stored(id: string): Promise<StoredActiveflow | undefined>;
  /** Of this instance. */
  unfinished(): Promise<readonly StoredActiveflow[]>;
}

/** What is written together: changes, and the deliveries that tell of them. Later kinds add their list here. */
export interface Batch {
  readonly calls?: readonly CallRecord[];
  readonly activeflows?: readonly StoredActiveflow[];
  readonly deliveries?: readonly NewDelivery[];
}

/** What is deleted when it is over and old. */
export type ExpiringKind = 'calls' | 'activeflows' | 'deliveries';

export interface ExpiryRequest {
  readonly kind: ExpiringKind;
  /** Only what was created before, in milliseconds since 1970. */
  readonly before: number;
  /** At most so many, so that nobody waits long behind it. */
  readonly limit: number;
}

/** The port of the store. Everything it throws is a StoreError. */
export interface Store {
  /** Whether other daemons change it too. */
  readonly isShared: boolean;
  readonly flows: ResourceStore<FlowRecord>;
  readonly numbers: NumberStore;
  readonly calls: CallStore;
  readonly activeflows: ActiveflowStore;
  readonly webhooks: WebhookStore;
  readonly tokens: TokenStore;
  readonly agents: AgentStore;
  readonly links: LinkStore;
  readonly userVariables: UserVariableStore;
  readonly laterRequests: LaterRequestStore;
  readonly outbox: Outbox;
  /** Inserts or replaces, all of it or nothing. */
  commit(batch: Batch): Promise<void>;
  /** Deletes the oldest records that are over; answers how many. What lives or waits stays, however old it is. */
  expire(request: ExpiryRequest): Promise<number>;
  /** Whether a write succeeds just now. */
  isWritable(): Promise<boolean>;
  close(): Promise<void>;
}
