import { randomUUID } from 'node:crypto';
import type { Address } from '../../src/calls/address.ts';
import type { CallRecord } from '../../src/calls/call-record.ts';
import type { ChatbotRecord } from '../../src/chatbots/chatbot-record.ts';
import { neverTime, wireTime, zeroId } from '../../src/core/clock.ts';
import type { ActiveflowRecord, ShownActiveflow } from '../../src/flows/activeflow-record.ts';
import type { Completion } from '../../src/flows/completion.ts';
import type { FlowRecord } from '../../src/flows/flow-record.ts';
import type { PublishedEvent } from '../../src/news/events.ts';
import type { Written } from '../../src/news/live.ts';
import type { Consequences } from '../../src/news/pending-changes.ts';
import type { Recorder } from '../../src/news/recorder.ts';
import type { WebhookRecord } from '../../src/news/webhook-record.ts';
import type { ScheduleRecord } from '../../src/schedules/schedule-record.ts';
import type { NumberRecord } from '../../src/storage/number-record.ts';
import type { MailboxRecord } from '../../src/voicemail/mailbox-record.ts';
import type { VoicemailRecord } from '../../src/voicemail/voicemail-record.ts';

const identity = () => ({ id: randomUUID(), customer_id: zeroId });

const birth = () => {
  const now = wireTime();
  return { tm_create: now, tm_update: now, tm_delete: neverTime };
};

const noAction = { id: '00000000-0000-0000-0000-000000000001', next_id: zeroId, type: '' };

const tel = (target: string): Address => ({ type: 'tel', target, target_name: '', name: '', detail: '' });

export function givenFlow(fields: Partial<FlowRecord> = {}): FlowRecord {
  return { ...identity(), name: 'flow', detail: '', actions: [], ...birth(), revision: 1, ...fields };
}

export function givenNumber(fields: Partial<NumberRecord> = {}): NumberRecord {
  return {
    ...identity(),
    number: randomUUID(),
    name: '',
    detail: '',
    call_flow_id: zeroId,
    message_flow_id: zeroId,
    ...birth(),
    schedule_id: zeroId,
    closed_flow_id: zeroId,
    ...fields,
  };
}

export function givenSchedule(fields: Partial<ScheduleRecord> = {}): ScheduleRecord {
  return {
    ...identity(),
    name: 'schedule',
    detail: '',
    timezone: 'Europe/Berlin',
    periods: [{ days: ['mon', 'fri'], from: '08:30', to: '17:00' }],
    exceptions: [],
    ...birth(),
    ...fields,
  };
}

export function givenWebhook(fields: Partial<WebhookRecord> = {}): WebhookRecord {
  return {
    ...identity(),
    name: 'webhook',
    detail: '',
    uri: 'https://example.com/hook',
    method: 'POST',
    event_types: ['*'],
    status: 'active',
    ...birth(),
    is_default: false,
    auth: { type: 'none' },
    secrets: ['whsec_c2VjcmV0'],
    ...fields,
  };
}

export function givenChatbot(fields: Partial<ChatbotRecord> = {}): ChatbotRecord {
  return {
    ...identity(),
    name: 'chatbot',
    detail: '',
    url: 'https://chat.example/v1',
    model: 'small',
    prompt: 'You sell shoes.',
    voice: '',
    ...birth(),
    sealed_key: '',
    ...fields,
  };
}

export function givenMailbox(fields: Partial<MailboxRecord> = {}): MailboxRecord {
  return {
    ...identity(),
    name: 'mailbox',
    detail: '',
    extension: '',
    greeting: '',
    language: 'en-US',
    max_messages: 100,
    max_duration: 180,
    keep_days: 0,
    ...birth(),
    pin_hash: '',
    wrong_pins: 0,
    tm_unlock: '',
    ...fields,
  };
}

export function givenVoicemail(fields: Partial<VoicemailRecord> = {}): VoicemailRecord {
  return {
    ...identity(),
    mailbox_id: randomUUID(),
    status: 'new',
    source: tel('1001'),
    call_id: randomUUID(),
    recording_id: randomUUID(),
    duration: 2_000,
    ...birth(),
    ...fields,
  };
}

export function givenCall(fields: Partial<CallRecord> = {}): CallRecord {
  const now = wireTime();
  return {
    id: randomUUID(),
    flow_id: zeroId,
    type: 'flow',
    master_call_id: zeroId,
    chained_call_ids: [],
    recording_id: zeroId,
    recording_ids: [],
    source: tel('+15551234567'),
    destination: tel('100'),
    status: 'progressing',
    action: noAction,
    direction: 'incoming',
    hangup_by: '',
    hangup_reason: '',
    tm_create: now,
    tm_update: neverTime,
    tm_progressing: neverTime,
    tm_ringing: neverTime,
    tm_hangup: neverTime,
    activeflow_id: zeroId,
    hold: false,
    sip_code: 0,
    sip_reason: '',
    hangup_cause: 0,
    held: false,
    mute: '',
    moh: '',
    trunk_id: zeroId,
    flow_revision: 0,
    ...fields,
  };
}

export function givenActiveflow(fields: Partial<ActiveflowRecord> = {}): ActiveflowRecord {
  return {
    id: randomUUID(),
    flow_id: zeroId,
    customer_id: zeroId,
    reference_type: 'call',
    reference_id: randomUUID(),
    current_action: noAction,
    forward_action_id: zeroId,
    actions: [],
    ...birth(),
    ...fields,
  };
}

interface StoredFields {
  readonly record?: ActiveflowRecord;
  readonly state?: string;
  readonly isEnded?: boolean;
}

/** An activeflow as it is written. */
export function givenStored({ record = givenActiveflow(), state, isEnded }: StoredFields = {}) {
  const shown: ShownActiveflow = { ...record, status: isEnded ? 'ended' : 'running' };
  return { kind: 'activeflows', record: shown, state: state ?? '{"cursor":[]}' } as const;
}

/** Calls as they are written. */
export function ofCalls(...records: readonly CallRecord[]): Written<'calls'>[] {
  return records.map((record) => ({ kind: 'calls', record }));
}

export function recordCall(recorder: Recorder, record: CallRecord, event?: PublishedEvent): void {
  recorder.record({ live: { kind: 'calls', record }, event });
}

/** With its state as that was written. */
export function recordActiveflow(
  recorder: Recorder,
  { kind, record, state }: ReturnType<typeof givenStored>,
  consequences?: Consequences,
): void {
  recorder.record({ live: { kind, record, state: JSON.parse(state) }, ...consequences });
}

export function givenCompletion(fields: Partial<Completion> = {}): Completion {
  return {
    id: randomUUID(),
    flow_id: randomUUID(),
    generation: 1,
    depth: 0,
    variables: { a: 'é\u0000' },
    tm_create: wireTime(),
    ...fields,
  };
}
