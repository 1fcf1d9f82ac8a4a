import type { AgentRecord } from '../agents/agent-record.ts';
import type { AgentRecords } from '../agents/agents.ts';
import type { ChatbotRecord } from '../chatbots/chatbot-record.ts';
import type { ConferenceRecord } from '../conferences/conference-record.ts';
import type { ConferenceEnds } from '../conferences/conferences.ts';
import type { ExtensionRecord } from '../extensions/extension-record.ts';
import type { Completion } from '../flows/completion.ts';
import type { FlowLayout } from '../flows/flow-layout.ts';
import type { FlowRecord, FlowRevision } from '../flows/flow-record.ts';
import type { BatchStore } from '../news/batch.ts';
import type { ColumnsOf, Kind, RecordOf } from '../news/kinds.ts';
import type { Stored } from '../news/live.ts';
import type { Outbox } from '../news/outbox.ts';
import type { TellingStore } from '../news/told-records.ts';
import type { WebhookRecord, WebhookRecords } from '../news/webhook-record.ts';
import type { UsersPort } from '../ports/flow-requests.ts';
import type { LaterCallStore, LaterRequestStore } from '../ports/later-requests.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { ReadStore, SearchFilter, SpanFilter } from '../ports/read-store.ts';
import type { FiguresOfQueues } from '../queues/queue-figures.ts';
import type { QueueRecord } from '../queues/queue-record.ts';
import type { RecordingStore } from '../recordings/recording-store.ts';
import type { ScheduleRecord } from '../schedules/schedule-record.ts';
import type { SoundStore } from '../sounds/sound-store.ts';
import type { TrunkRecord } from '../trunks/trunk-record.ts';
import type { MailboxRecord } from '../voicemail/mailbox-record.ts';
import type { MailboxStore } from '../voicemail/mailboxes.ts';
import type { VoicemailStore } from '../voicemail/voicemail-store.ts';
import type { DaemonStore } from './daemon-store.ts';
import type { LinkStore } from './links.ts';
import type { NumberRecord } from './number-record.ts';
import type { StoreTrouble } from './probe.ts';
import type { TokenRecord } from './token-record.ts';

/** A resource that users create, change and delete. */
export interface ResourceStore<R> extends ReadStore<R>, TellingStore<R> {
  list(page: PageRequest, filter?: ResourceFilter): Promise<Page<R>>;
}

/** By when they were made, by their words, and by the columns of their table. */
export type ResourceFilter = AnyFilter & Readonly<Record<string, string | undefined>>;

/** A resource that is read for every call. What was read of it is true as long as the edition stays. */
export interface RememberedStore<R> extends ResourceStore<R> {
  /** Grows with every change; `undefined` where others change them too. */
  readonly edition: number | undefined;
}

/** Flows. A change that makes another of one keeps what it was: the last hundred forms of each. */
export interface FlowStore extends RememberedStore<FlowRecord> {
  /** All that are kept of a flow, the newest first, which is what it is; none where there is no such flow. */
  revisions(id: string): Promise<readonly FlowRevision[]>;
  /** A flow as it is, or was. */
  revision(id: string, revision: number): Promise<FlowRecord | undefined>;
  /** Where the actions that it has were put; nothing of a flow that nobody has laid out. */
  layout(flow: FlowRecord): Promise<FlowLayout | undefined>;
  /** Lays it out anew, which is no change of the flow; answers what is kept of it, nothing where there is no such flow. */
  layOut(id: string, layout: FlowLayout): Promise<FlowLayout | undefined>;
}

export interface NumberStore extends RememberedStore<NumberRecord> {
  byNumber(number: string): Promise<NumberRecord | undefined>;
}

export interface ExtensionStore extends RememberedStore<ExtensionRecord> {
  byExtension(extension: string): Promise<ExtensionRecord | undefined>;
  /** Every live one. */
  all(): Promise<readonly ExtensionRecord[]>;
}

export interface TrunkStore extends ResourceStore<TrunkRecord> {
  /** Every live one, oldest first. */
  all(): Promise<readonly TrunkRecord[]>;
}

/** Inserting or updating with `is_default: true` takes it from the other one, in the same transaction. */
export interface WebhookStore extends ResourceStore<WebhookRecord>, WebhookRecords {}

export interface TokenStore extends ResourceStore<TokenRecord> {
  /** Every live token: there are few, and each request is matched against all. */
  all(): Promise<readonly TokenRecord[]>;
}

export interface AgentStore extends ResourceStore<AgentRecord>, AgentRecords {}

export interface ConferenceStore extends ResourceStore<ConferenceRecord>, ConferenceEnds {}

interface AnyFilter extends SearchFilter, SpanFilter {}

/** What a list of one kind may be narrowed to: by its columns, and some by more. */
export type FilterOf<K extends Kind> = AnyFilter & {
  readonly [C in keyof ColumnsOf<K>]?: ColumnsOf<K>[C] | undefined;
} & {
  readonly [F in keyof MoreFilters[K & keyof MoreFilters]]?:
    | MoreFilters[K & keyof MoreFilters][F]
    | undefined;
};

interface MoreFilters {
  calls: {
    /** Source or destination. */
    readonly number: string;
  };
  messages: {
    /** Of the source, or of a target. */
    readonly number: string;
  };
  conversations: {
    /** Source or destination. */
    readonly number: string;
  };
  recordings: {
    /** Only those whose file is there. */
    readonly isDone: boolean;
  };
}

/** The records of one kind of things that live or have lived, here or in another daemon: each is written by its own, in batches. */
export interface LiveStore<K extends Kind> {
  get(id: string): Promise<RecordOf<K> | undefined>;
  list(page: PageRequest, filter?: FilterOf<K>): Promise<Page<RecordOf<K>>>;
  /** With its state, also one that was deleted. */
  find(id: string): Promise<Stored<K> | undefined>;
  /** Of this instance, what was not over when it was last written: what a start has to look after. Oldest first. */
  unfinished(): Promise<readonly Stored<K>[]>;
}

export interface CallStore extends LiveStore<'calls'> {
  /** Whether a call that began no earlier than this channel of Asterisk's had it. */
  hadChannel(channel: { readonly id: string; readonly creationtime: string }): Promise<boolean>;
}

/** What was said in transcriptions. */
export interface TranscriptStore extends LiveStore<'transcripts'> {
  /** Deletes all that was said in one. */
  forget(transcribeId: string): Promise<void>;
}

/** A store for each kind. */
export type LiveStores = { readonly [K in Kind]: LiveStore<K> };

/** Flows that are to run because an activeflow has ended. */
export interface CompletionStore {
  /** Of this instance, oldest first. */
  due(): Promise<readonly Completion[]>;
}

/** The kinds whose records are deleted when they are over and old. Recordings are not: they have files. */
export type ExpiringKind = Exclude<Kind, 'recordings'> | 'deliveries';

export interface ExpiryRequest {
  readonly kind: ExpiringKind;
  /** Only what was created before, in milliseconds since 1970. */
  readonly before: number;
  /** At most so many, so that nobody waits long behind it. */
  readonly limit: number;
}

/** The port of the store. Everything it throws is a StoreError. */
export interface Store extends BatchStore, LiveStores {
  /** Whether other daemons change it too. */
  readonly isShared: boolean;
  readonly flows: FlowStore;
  readonly numbers: NumberStore;
  readonly schedules: RememberedStore<ScheduleRecord>;
  readonly extensions: ExtensionStore;
  readonly trunks: TrunkStore;
  readonly calls: CallStore;
  readonly queuecalls: LiveStore<'queuecalls'> & FiguresOfQueues;
  readonly recordings: LiveStore<'recordings'> & RecordingStore;
  readonly transcripts: TranscriptStore;
  readonly voicemails: LiveStore<'voicemails'> & VoicemailStore;
  readonly webhooks: WebhookStore;
  readonly tokens: TokenStore;
  readonly agents: AgentStore;
  readonly queues: ResourceStore<QueueRecord>;
  readonly conferences: ConferenceStore;
  readonly chatbots: ResourceStore<ChatbotRecord>;
  readonly sounds: SoundStore;
  readonly mailboxes: ResourceStore<MailboxRecord> &
    MailboxStore & { all(): Promise<readonly MailboxRecord[]> };
  readonly links: LinkStore;
  readonly userVariables: UsersPort;
  readonly laterRequests: LaterRequestStore;
  /** Calls to be made, each as JSON, by the id of the activeflow it will have. */
  readonly laterCalls: LaterCallStore;
  readonly completions: CompletionStore;
  /** Only where other daemons change it too. */
  readonly daemons: DaemonStore | undefined;
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
