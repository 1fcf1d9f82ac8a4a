import type * as z from 'zod';
import type { AgentEventType, AgentRecord } from '../agents/agent-record.ts';
import type { CallEventType } from '../calls/call-options.ts';
import type { CallRecord } from '../calls/call-record.ts';
import type { ConfbridgeEventType, ConfbridgeRecord } from '../conferences/confbridge-record.ts';
import type { ConferenceEventType, ConferenceRecord } from '../conferences/conference-record.ts';
import type { ExtensionEventType, ToldExtension } from '../extensions/extension-record.ts';
import type { ActiveflowEventType } from '../flows/activeflow-options.ts';
import type { ActiveflowRecord } from '../flows/activeflow-record.ts';
import { type FlowEvent, flowEventShapes } from '../flows/flow-event.ts';
import type { MessageEventType, MessageRecord } from '../messages/message-record.ts';
import type { QueueEventType, QueueRecord } from '../queues/queue-record.ts';
import type { QueuecallEventType, QueuecallRecord } from '../queues/queuecall-record.ts';
import type { RecordingEventType, RecordingRecord } from '../recordings/recording-record.ts';
import type { TranscribeEventType, TranscribeRecord } from '../transcribes/transcribe-record.ts';
import type { TranscriptEventType, TranscriptRecord } from '../transcribes/transcript-record.ts';
import type { ToldTrunk, TrunkEventType } from '../trunks/trunk-record.ts';
import type { VoicemailEventType, VoicemailRecord } from '../voicemail/voicemail-record.ts';
import type { ShownWebhook } from './webhook-record.ts';

/** A recording as events show it. */
export type ToldRecording = RecordingRecord & {
  /** A link to its file, made for who is told. */
  readonly url?: string;
};

/** A voicemail as events show it. */
export type ToldVoicemail = VoicemailRecord & {
  /** A link to what was said, made for who is told. */
  readonly url?: string;
};

/**
 * Every event there is, by families: what a webhook may subscribe to, what may be published (`WebhookEvent`), what the OpenAPI
 * document and docs/webhooks.md say of it. An event that is not here does not compile.
 */
export const eventFamilies = {
  activeflow: sent<ActiveflowEventType, ActiveflowRecord>({
    events: { activeflow_created: '', activeflow_updated: '', activeflow_deleted: 'it has ended' },
    data: 'the activeflow',
    shape: 'ActiveflowEvent',
  }),
  call: sent<CallEventType, CallRecord>({
    events: {
      call_created: '',
      call_ringing: '',
      call_answered: '',
      call_updated: '',
      call_hungup: 'once, the last of the call',
      call_transferred: 'another flow has it: a transfer or a redirect',
      call_expiring: 'its time is nearly up',
    },
    data: 'the call',
    shape: 'Call',
  }),
  message: sent<MessageEventType, MessageRecord>({
    events: {
      message_created: 'it has come in, or is to be sent',
      message_updated: 'more is known of one of its targets',
      message_deleted: '',
    },
    data: 'the [message](messages.md)',
    shape: 'Message',
  }),
  recording: sent<RecordingEventType, ToldRecording>({
    events: { recording_created: '', recording_updated: '', recording_deleted: '' },
    data: 'the [recording](recordings.md); with `ARIFLOW_PUBLIC_URL` the `recording_updated` of one that has a file ends with `url`, a [link](recordings.md#links) to it',
    shape: 'RecordingEvent',
  }),
  voicemail: sent<VoicemailEventType, ToldVoicemail>({
    events: {
      voicemail_created: 'somebody has left word',
      voicemail_updated: 'it was saved, or is new again',
      voicemail_deleted: '',
    },
    data: 'the [voicemail](voicemail.md); with `ARIFLOW_PUBLIC_URL` it ends with `url`, a [link](recordings.md#links) to what was said, until it is deleted',
    shape: 'VoicemailEvent',
  }),
  transcribe: sent<TranscribeEventType, TranscribeRecord>({
    events: {
      transcribe_created: '',
      transcribe_updated: 'it is over, or somebody who was to hear it was away',
      transcribe_deleted: '',
    },
    data: 'the [transcribe](transcribes.md)',
    shape: 'Transcribe',
  }),
  transcript: sent<TranscriptEventType, TranscriptRecord>({
    events: {
      transcript_created: 'something was said',
      transcript_interim: 'it is being said: what it is heard as yet, at most once a second',
    },
    data: 'the [transcript](transcribes.md)',
    shape: 'Transcript',
  }),
  queue: sent<QueueEventType, QueueRecord>({
    events: { queue_created: '', queue_updated: '', queue_deleted: '' },
    data: 'the [queue](queues.md)',
    shape: 'Queue',
  }),
  queuecall: sent<QueuecallEventType, QueuecallRecord>({
    events: {
      queuecall_created: '',
      queuecall_entering: 'an agent is rung',
      queuecall_kicking: 'it is taken out, or its time is up',
      queuecall_serviced: 'he has answered',
      queuecall_done: 'the end',
      queuecall_abandoned: 'the end of one that talked to nobody',
      queuecall_callback: 'the caller keeps his place, and is to be called back',
      queuecall_calling: 'he is being called',
    },
    data: 'the queuecall',
    shape: 'Queuecall',
  }),
  agent: sent<AgentEventType, AgentRecord>({
    events: { agent_created: '', agent_updated: '', agent_deleted: '', agent_status_updated: '' },
    data: 'the agent',
    shape: 'Agent',
  }),
  extension: sent<ExtensionEventType, ToldExtension>({
    events: { extension_created: '', extension_updated: '', extension_deleted: '' },
    data: 'the [extension](extensions.md), without what its phone does just now',
    shape: 'ExtensionEvent',
  }),
  trunk: sent<TrunkEventType, ToldTrunk>({
    events: { trunk_created: '', trunk_updated: '', trunk_deleted: '' },
    data: 'the [trunk](trunks.md), without its password and what it does just now',
    shape: 'TrunkEvent',
  }),
  conference: sent<ConferenceEventType, ConferenceRecord>({
    events: { conference_created: '', conference_updated: '', conference_deleted: '' },
    data: 'the [conference](conferences.md)',
    shape: 'Conference',
  }),
  confbridge: sent<ConfbridgeEventType, ConfbridgeRecord>({
    events: {
      confbridge_created: '',
      confbridge_updated: 'who is in it has changed',
      confbridge_deleted: '',
    },
    data: 'the confbridge',
    shape: 'Confbridge',
  }),
  action: ofFlows<'action_failed'>({
    events: { action_failed: '' },
    data: 'activeflow and call, `action {id, type}`, `code`, `message`',
    shape: flowEventShapes.action_failed,
  }),
  refer: ofFlows<'refer_finished'>({
    events: { refer_finished: '' },
    data: 'activeflow and call, `result`, `sip_code`',
    shape: flowEventShapes.refer_finished,
  }),
  amd: ofFlows<'amd_finished'>({
    events: { amd_finished: '' },
    data: 'activeflow and call, `status`, `cause`, `duration` in ms',
    shape: flowEventShapes.amd_finished,
  }),
  digits: ofFlows<'digits_received'>({
    events: { digits_received: '' },
    data: 'activeflow and call, `digits`, `result`',
    shape: flowEventShapes.digits_received,
  }),
  external_media: ofFlows<'external_media_started' | 'external_media_stopped' | 'external_media_failed'>({
    events: { external_media_started: '', external_media_stopped: '', external_media_failed: '' },
    data: 'activeflow and call, `local_ip`, `local_port`, `media_uri`, `reason`; `id` is that of the external media',
    shape: flowEventShapes.external_media_started,
  }),
  media: ofFlows<'media_stalled'>({
    events: { media_stalled: "a caller's stream began anew and somebody does not hear it" },
    data: 'call, `what`: `recording`, `external_media`, `amd`, `bridge`, `hearing` or `transcribe`; `activeflow_id` is zero',
    shape: flowEventShapes.media_stalled,
  }),
  webhook: sent<'webhook_disabled', ShownWebhook>({
    events: { webhook_disabled: '' },
    data: 'the webhook',
    shape: 'Webhook',
  }),
} satisfies { readonly [family: string]: Family<string, object> };

/** The events of one thing, or of one thing that happens. */
export interface Family<T extends string, D extends object> {
  /** Each with what is to be said of it, if its name does not. */
  readonly events: Readonly<Record<T, string>>;
  /** What their `data` is, in the words of docs/webhooks.md. */
  readonly data: string;
  /** The component of the OpenAPI document that `data` is, or its schema where REST does not show it. */
  readonly shape: string | z.ZodType<D>;
}

type Families = typeof eventFamilies;

export type EventFamily = keyof Families;

/** What can be published: the body of a webhook is exactly `{type, data}`. */
export type WebhookEvent = {
  [F in EventFamily]: Families[F] extends Family<infer T, infer D>
    ? { readonly type: T; readonly data: D }
    : never;
}[EventFamily];

function sent<T extends string, D extends object>(family: Family<T, D>): Family<T, D> {
  return family;
}

function ofFlows<T extends FlowEvent['type']>(
  family: Family<T, Extract<FlowEvent, { readonly type: T }>['data']>,
): typeof family {
  return family;
}
