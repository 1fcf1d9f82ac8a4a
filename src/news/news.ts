import type { AgentEventType, AgentRecord } from '../agents/agent-record.ts';
import type { ConfbridgeWriter } from '../conferences/confbridge.ts';
import type { ConferenceEventType, ConferenceRecord } from '../conferences/conference-record.ts';
import type { ExtensionEventType, ExtensionRecord } from '../extensions/extension-record.ts';
import type { EndRequests } from '../flows/activeflow-end.ts';
import type { ActiveflowEventType, ActiveflowWriting } from '../flows/activeflow-options.ts';
import type { ActiveflowRecord } from '../flows/activeflow-record.ts';
import type { Completion } from '../flows/completion.ts';
import type { FlowEvent } from '../flows/flow-event.ts';
import type { Changes, Told } from '../ports/changes.ts';
import type { QueueEventType, QueueRecord } from '../queues/queue-record.ts';
import type { QueuecallWriter } from '../queues/queuecall-telling.ts';
import { hasFile, type RecordingEventType, type RecordingRecord } from '../recordings/recording-record.ts';
import type { TranscriptRecord } from '../transcribes/transcript-record.ts';
import type { TrunkEventType, TrunkRecord } from '../trunks/trunk-record.ts';
import type { VoicemailEventType, VoicemailRecord } from '../voicemail/voicemail-record.ts';
import type { WebhookEvent } from './event-families.ts';
import type { PublishedEvent } from './events.ts';
import { type EventTypeOf, type Kind, keptOf } from './kinds.ts';
import type { Live } from './live.ts';
import type { Change } from './pending-changes.ts';
import type { Recorder } from './recorder.ts';
import { type TellingStore, ToldRecords } from './told-records.ts';
import { showWebhook, type WebhookRecord } from './webhook-record.ts';

/** The parts of a change besides its record and the type of its event. */
interface More {
  /** Of its event, where that is not the record. */
  readonly data?: object;
  readonly consequences?: Omit<Change, 'live' | 'event'>;
}

export interface NewsOptions {
  readonly requestOf: EndRequests;
  /** Every event of what lives, and of flows, as it is told. */
  readonly onTold: (event: WebhookEvent) => void;
  /** A link to the file of a recording, where we know what users reach us by. */
  readonly linkTo?: ((recordingId: string) => string) | undefined;
}

/** Where every change goes: into the store, together with the news of it for whoever subscribed. */
export class News {
  readonly #recorder: Recorder;
  readonly #options: NewsOptions;

  constructor(recorder: Recorder, options: NewsOptions) {
    this.#recorder = recorder;
    this.#options = options;
  }

  /** Writes down a new form of something that lives, and tells of it by an event of its kind, if by any. */
  changed<K extends Kind>(live: Live<K>, type?: EventTypeOf<K>, more?: More): void {
    const { told } = keptOf<K>(live.kind);
    // Its type and its data are of one family, that of the kind.
    const event = type && ({ type, data: more?.data ?? live.record } as WebhookEvent);
    const published = told && event && { event, lane: told.lane(live.record) };
    this.#recorder.record({ live: live as Live, event: published, ...more?.consequences });
    if (event) this.#options.onTold(event);
  }

  readonly activeflow = (
    type: ActiveflowEventType | undefined,
    record: ActiveflowRecord,
    { state, completes, end }: ActiveflowWriting,
  ): void => {
    const status = type === 'activeflow_deleted' ? 'ended' : 'running';
    const request = end && this.#options.requestOf(record, end);
    const consequences = { request, completion: end?.completion, completes };
    const live = { kind: 'activeflows', record: { ...record, status }, state } as const;
    this.changed(live, type, { data: record, consequences });
  };

  readonly queuecall: QueuecallWriter = (type, record, state) =>
    this.changed({ kind: 'queuecalls', record, ...(state && { state }) }, type);

  /** A flow that was to run after another one is not run. */
  readonly passedOver = ({ id }: Completion): void => this.#recorder.record({ completes: id });

  readonly recording = (
    type: RecordingEventType | undefined,
    record: RecordingRecord,
    state?: Live<'recordings'>['state'],
  ): void => {
    const { linkTo } = this.#options;
    const isThere = type === 'recording_updated' && hasFile(record);
    // Of the event alone: a link is made for who is told, and ends.
    const data = linkTo && isThere ? { ...record, url: linkTo(record.id) } : record;
    this.changed({ kind: 'recordings', record, ...(state && { state }) }, type, { data });
  };

  readonly voicemail = (type: VoicemailEventType | undefined, record: VoicemailRecord): void => {
    const { linkTo } = this.#options;
    const isThere = type !== undefined && type !== 'voicemail_deleted';
    const data = linkTo && isThere ? { ...record, url: linkTo(record.recording_id) } : record;
    this.changed({ kind: 'voicemails', record }, type, { data });
  };

  /** What is being said is told while it is, and not kept. */
  readonly saying = (data: TranscriptRecord): void =>
    this.#tell({ event: { type: 'transcript_interim', data }, lane: data.reference_id });

  readonly agents = (store: TellingStore<AgentRecord>): Told<AgentEventType, AgentRecord> => {
    return (type) => this.#told(store, (data) => ({ type, data }));
  };

  readonly extensions = (store: TellingStore<ExtensionRecord>): Told<ExtensionEventType, ExtensionRecord> => {
    return (type) => this.#told(store, ({ digest: _, ...data }) => ({ type, data }));
  };

  readonly trunks = (store: TellingStore<TrunkRecord>): Told<TrunkEventType, TrunkRecord> => {
    return (type) => this.#told(store, ({ password: _, ...data }) => ({ type, data }));
  };

  readonly conferences = (
    store: TellingStore<ConferenceRecord>,
  ): Told<ConferenceEventType, ConferenceRecord> => {
    return (type) => this.#told(store, (data) => ({ type, data }));
  };

  readonly queues = (store: TellingStore<QueueRecord>): Told<QueueEventType, QueueRecord> => {
    return (type) => this.#told(store, (data) => ({ type, data }));
  };

  readonly webhooks = (store: TellingStore<WebhookRecord>): Told<'webhook_disabled', WebhookRecord> => {
    return (type) => this.#told(store, (webhook) => ({ type, data: showWebhook(webhook) }));
  };

  readonly conferenceOver = (conference: ConferenceRecord): void => this.#tell(conferenceOver(conference));

  /** A conference and its confbridge are one lane, and perhaps one end. */
  readonly confbridge: ConfbridgeWriter = (type, record, over, state) => {
    const followedBy = over && conferenceOver(over);
    const live = { kind: 'confbridges', record, ...(state && { state }) } as const;
    this.changed(live, type, { consequences: { followedBy } });
  };

  readonly flow = (event: FlowEvent): void => {
    const { activeflow_id, reference_type, reference_id } = event.data;
    this.#tell({ event, lane: reference_type === 'call' ? reference_id : activeflow_id });
  };

  /** Records that users make, each a lane of its own. */
  #told<R extends { readonly id: string }>(
    store: TellingStore<R>,
    eventOf: (record: R) => WebhookEvent,
  ): Changes<R> {
    return new ToldRecords({
      store,
      recorder: this.#recorder,
      eventOf: (record) => ({ event: eventOf(record), lane: record.id }),
    });
  }

  #tell(event: PublishedEvent): void {
    this.#recorder.record({ event });
    this.#options.onTold(event.event);
  }
}

function conferenceOver(data: ConferenceRecord): PublishedEvent {
  return { event: { type: 'conference_deleted', data }, lane: data.id };
}
