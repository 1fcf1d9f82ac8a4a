import type { AgentEventType, AgentRecord } from '../agents/agent-record.ts';
import type { CallEventType } from '../calls/call-options.ts';
import type { CallRecord } from '../calls/call-record.ts';
import type { ConfbridgeEventType, ConfbridgeRecord } from '../conferences/confbridge-record.ts';
import type { ConferenceEventType, ConferenceRecord } from '../conferences/conference-record.ts';
import type { ConferencecallRecord } from '../conferences/conferencecall-record.ts';
import type { ActiveflowEventType, ActiveflowWriting } from '../flows/activeflow.ts';
import type { EndRequests } from '../flows/activeflow-end.ts';
import type { ActiveflowRecord } from '../flows/activeflow-record.ts';
import type { Completion } from '../flows/completion.ts';
import type { ActionFailed, FlowEvent } from '../flows/flow-event.ts';
import type { Changes, Told } from '../ports/changes.ts';
import type { QueueEventType, QueueRecord } from '../queues/queue-record.ts';
import type { QueuecallEventType, QueuecallRecord } from '../queues/queuecall-record.ts';
import { hasFile, type RecordingEventType, type RecordingRecord } from '../recordings/recording-record.ts';
import type { WebhookEvent } from './event-families.ts';
import type { PublishedEvent } from './events.ts';
import type { Recorder } from './recorder.ts';
import { type TellingStore, ToldRecords } from './told-records.ts';
import { showWebhook, type WebhookRecord } from './webhook-record.ts';

/** What is counted of it. */
export interface Counts {
  callEnded(record: CallRecord): void;
  activeflowEnded(record: ActiveflowRecord): void;
  actionFailed(failure: ActionFailed): void;
}

export interface NewsOptions {
  readonly requestOf: EndRequests;
  readonly counts: Counts;
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

  readonly call = (type: CallEventType, record: CallRecord): void => {
    this.#recorder.recordCall(record, { event: { type, data: record }, lane: record.id });
    if (type === 'call_hungup') this.#options.counts.callEnded(record);
  };

  readonly activeflow = (
    type: ActiveflowEventType,
    record: ActiveflowRecord,
    { snapshot: state, completes, end }: ActiveflowWriting,
  ): void => {
    const isEnded = type === 'activeflow_deleted';
    const event = { event: { type, data: record }, lane: laneOf(record) };
    const request = end && this.#options.requestOf(record, end);
    this.#recorder.recordActiveflow({ record, state, isEnded }, event, {
      request,
      completion: end?.completion,
      completes,
    });
    if (isEnded) this.#options.counts.activeflowEnded(record);
  };

  /** A completion comes to nothing. */
  readonly passedOver = ({ id }: Completion): void => this.#recorder.recordPassedOver(id);

  readonly recording = (type: RecordingEventType, record: RecordingRecord): void => {
    const { linkTo } = this.#options;
    const isThere = type === 'recording_updated' && hasFile(record);
    // Of the event alone: a link is made for who is told, and ends.
    const data = linkTo && isThere ? { ...record, url: linkTo(record.id) } : record;
    const event = { event: { type, data }, lane: record.reference_id };
    this.#recorder.recordLive({ kind: 'recordings', record }, event);
  };

  readonly agents = (store: TellingStore<AgentRecord>): Told<AgentEventType, AgentRecord> => {
    return (type) => this.#told(store, (data) => ({ type, data }));
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

  /** A conference and its confbridge are one lane, and perhaps one end. */
  readonly confbridge = (
    type: ConfbridgeEventType,
    record: ConfbridgeRecord,
    over?: ConferenceRecord,
  ): void => {
    const lane = record.reference_type === 'conference' ? record.reference_id : record.id;
    const event: PublishedEvent = { event: { type, data: record }, lane };
    this.#recorder.recordLive({ kind: 'confbridges', record }, event, over && conferenceOver(over));
  };

  readonly conferenceOver = (conference: ConferenceRecord): void => {
    this.#recorder.recordEvent(conferenceOver(conference));
  };

  readonly conferencecall = (record: ConferencecallRecord): void => {
    this.#recorder.recordLive({ kind: 'conferencecalls', record });
  };

  /** Some changes of a queuecall are no news. */
  readonly queuecall = (type: QueuecallEventType | undefined, record: QueuecallRecord): void => {
    const event = type && { event: { type, data: record }, lane: record.reference_id };
    this.#recorder.recordLive({ kind: 'queuecalls', record }, event);
  };

  readonly flow = (event: FlowEvent): void => {
    if (event.type === 'action_failed') this.#options.counts.actionFailed(event.data);
    this.#recorder.recordEvent({ event, lane: laneOf({ ...event.data, id: event.data.activeflow_id }) });
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
}

function conferenceOver(data: ConferenceRecord): PublishedEvent {
  return { event: { type: 'conference_deleted', data }, lane: data.id };
}

/** A call and everything that happens to it are one ordered lane. */
function laneOf({
  id,
  reference_type,
  reference_id,
}: {
  id: string;
  reference_type: string;
  reference_id: string;
}): string {
  return reference_type === 'call' ? reference_id : id;
}
