import type { AgentRecord } from '../agents/agent-record.ts';
import type { AgentRecords } from '../agents/agents.ts';
import type { CallRecord, CallStatus } from '../calls/call-record.ts';
import type { ConfbridgeRecord } from '../conferences/confbridge-record.ts';
import type { ConferenceRecord } from '../conferences/conference-record.ts';
import type { ConferencecallRecord } from '../conferences/conferencecall-record.ts';
import type { ConferenceEnds } from '../conferences/conferences.ts';
import type { ShownActiveflow } from '../flows/activeflow-record.ts';
import type { Completion } from '../flows/completion.ts';
import type { FlowRecord } from '../flows/flow-record.ts';
import type { BatchStore, StoredActiveflow } from '../news/batch.ts';
import type { Outbox } from '../news/outbox.ts';
import type { TellingStore } from '../news/told-records.ts';
import type { WebhookRecord } from '../news/webhook-record.ts';
import type { UsersPort } from '../ports/flow-requests.ts';
import type { LaterCallStore, LaterRequestStore } from '../ports/later-requests.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { ReadStore, ReferenceFilter } from '../ports/read-store.ts';
import type { QueueRecord } from '../queues/queue-record.ts';
import type { QueuecallRecord, QueuecallStatus } from '../queues/queuecall-record.ts';
import type { RecordingStore } from '../recordings/recording-store.ts';
import type { LinkStore } from './links.ts';
import type { NumberRecord } from './number-record.ts';
import type { StoreTrouble } from './probe.ts';
import type { TokenRecord } from './token-record.ts';

/** A resource that users create, change and delete. */
export interface ResourceStore<R> extends ReadStore<R>, TellingStore<R> {}

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

export interface AgentStore extends ResourceStore<AgentRecord>, AgentRecords {}

export interface QueuecallFilter {
  readonly queue_id?: string | undefined;
  /** The call. */
  readonly reference_id?: string | undefined;
  readonly status?: QueuecallStatus | undefined;
}

export interface QueuecallStore {
  get(id: string): Promise<QueuecallRecord | undefined>;
  list(page: PageRequest, filter?: QueuecallFilter): Promise<Page<QueuecallRecord>>;
  /** Calls of this instance that were in queues when they were last written. */
  unfinished(): Promise<readonly QueuecallRecord[]>;
}

export interface ConferenceStore extends ResourceStore<ConferenceRecord>, ConferenceEnds {}

export interface ConfbridgeStore {
  /** Also one that was deleted. */
  find(id: string): Promise<ConfbridgeRecord | undefined>;
  list(page: PageRequest): Promise<Page<ConfbridgeRecord>>;
  /** Confbridges of this instance that had calls in them when they were last written. */
  occupied(): Promise<readonly ConfbridgeRecord[]>;
}

export interface ConferencecallFilter {
  readonly conference_id?: string | undefined;
}

export interface ConferencecallStore {
  get(id: string): Promise<ConferencecallRecord | undefined>;
  list(page: PageRequest, filter?: ConferencecallFilter): Promise<Page<ConferencecallRecord>>;
  /** Calls of this instance that had not left when they were last written. */
  unfinished(): Promise<readonly ConferencecallRecord[]>;
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

export interface ActiveflowStore extends ReadStore<ShownActiveflow> {
  list(page: PageRequest, filter?: ReferenceFilter): Promise<Page<ShownActiveflow>>;
  stored(id: string): Promise<StoredActiveflow | undefined>;
  /** Of this instance. */
  unfinished(): Promise<readonly StoredActiveflow[]>;
}

/** Flows that are to run because an activeflow has ended. */
export interface CompletionStore {
  /** Of this instance, oldest first. */
  due(): Promise<readonly Completion[]>;
}

/** What is deleted when it is over and old. */
export type ExpiringKind =
  | 'calls'
  | 'activeflows'
  | 'deliveries'
  | 'confbridges'
  | 'conferencecalls'
  | 'queuecalls';

export interface ExpiryRequest {
  readonly kind: ExpiringKind;
  /** Only what was created before, in milliseconds since 1970. */
  readonly before: number;
  /** At most so many, so that nobody waits long behind it. */
  readonly limit: number;
}

/** The port of the store. Everything it throws is a StoreError. */
export interface Store extends BatchStore {
  /** Whether other daemons change it too. */
  readonly isShared: boolean;
  readonly flows: ResourceStore<FlowRecord>;
  readonly numbers: NumberStore;
  readonly calls: CallStore;
  readonly activeflows: ActiveflowStore;
  readonly recordings: RecordingStore;
  readonly webhooks: WebhookStore;
  readonly tokens: TokenStore;
  readonly agents: AgentStore;
  readonly queues: ResourceStore<QueueRecord>;
  readonly queuecalls: QueuecallStore;
  readonly conferences: ConferenceStore;
  readonly confbridges: ConfbridgeStore;
  readonly conferencecalls: ConferencecallStore;
  readonly links: LinkStore;
  readonly userVariables: UsersPort;
  readonly laterRequests: LaterRequestStore;
  /** Calls to be made, each as JSON, by the id of the activeflow it will have. */
  readonly laterCalls: LaterCallStore;
  readonly completions: CompletionStore;
  readonly outbox: Outbox;
  /** Deletes the oldest records that are over; answers how many. What lives or waits stays, however old it is. */
  expire(request: ExpiryRequest): Promise<number>;
  /** What the database takes, in bytes. */
  size(): Promise<number>;
  /** Why a write does not succeed just now, if so. */
  trouble(): Promise<StoreTrouble | undefined>;
  /** Whether the database is where it was when it was opened; a file that is moved away is written to all the same. */
  isInPlace(): Promise<boolean>;
  close(): Promise<void>;
}
