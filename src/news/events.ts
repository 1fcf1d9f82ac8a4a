import type { AgentEventType, AgentRecord } from '../agents/agent-record.ts';
import type { CallEventType } from '../calls/call-options.ts';
import type { CallRecord } from '../calls/call-record.ts';
import type { ConfbridgeEventType, ConfbridgeRecord } from '../conferences/confbridge-record.ts';
import type { ConferenceEventType, ConferenceRecord } from '../conferences/conference-record.ts';
import type { ActiveflowRecord } from '../flows/activeflow-record.ts';
import type { FlowEvent } from '../flows/flow-event.ts';
import type { QueueEventType, QueueRecord } from '../queues/queue-record.ts';
import type { QueuecallEventType, QueuecallRecord } from '../queues/queuecall-record.ts';
import type { RecordingEventType, RecordingRecord } from '../recordings/recording-record.ts';
import type { ShownWebhook } from './webhook-record.ts';

/** Every event this version publishes: the body of a webhook is exactly `{type, data}`. Later actions add theirs here. */
export type WebhookEvent =
  | {
      readonly type: 'activeflow_created' | 'activeflow_updated' | 'activeflow_deleted';
      readonly data: ActiveflowRecord;
    }
  | {
      readonly type: CallEventType;
      readonly data: CallRecord;
    }
  | { readonly type: AgentEventType; readonly data: AgentRecord }
  | { readonly type: QueueEventType; readonly data: QueueRecord }
  | { readonly type: QueuecallEventType; readonly data: QueuecallRecord }
  | { readonly type: RecordingEventType; readonly data: RecordingRecord & { readonly url?: string } }
  | { readonly type: ConferenceEventType; readonly data: ConferenceRecord }
  | { readonly type: ConfbridgeEventType; readonly data: ConfbridgeRecord }
  | { readonly type: 'webhook_disabled'; readonly data: ShownWebhook }
  | FlowEvent;

/** An event on its way out. Events of one lane (a call with its activeflow) reach an endpoint in this order. */
export interface PublishedEvent {
  readonly event: WebhookEvent;
  /** The call's id, or the activeflow's where there is no call, or the webhook's. */
  readonly lane: string;
}
