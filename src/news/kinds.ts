import * as z from 'zod';
import type { Address } from '../calls/address.ts';
import { type CallRecord, nothingYet } from '../calls/call-record.ts';
import { callState } from '../calls/call-state.ts';
import type { TraceRecord } from '../calls/diary-entry.ts';
import type { ConfbridgeRecord } from '../conferences/confbridge-record.ts';
import { confbridgeState, conferencecallState } from '../conferences/confbridge-state.ts';
import type { ConferencecallRecord } from '../conferences/conferencecall-record.ts';
import { neverTime } from '../core/clock.ts';
import { partyWords, wordsOf } from '../core/words.ts';
import type { ExternalMediaRecord } from '../external-media/external-media-record.ts';
import { externalMediaState } from '../external-media/external-media-state.ts';
import type { ShownActiveflow } from '../flows/activeflow-record.ts';
import { activeflowState } from '../flows/activeflow-state.ts';
import type { ConversationRecord } from '../messages/conversation-record.ts';
import { isSettled, type MessageRecord } from '../messages/message-record.ts';
import { messageState } from '../messages/message-state.ts';
import { howCalledBack, type QueuecallRecord, queuecallDefaults } from '../queues/queuecall-record.ts';
import { queuecallState } from '../queues/queuecall-state.ts';
import type { RecordingRecord } from '../recordings/recording-record.ts';
import { recordingState } from '../recordings/recording-state.ts';
import type { TranscribeRecord } from '../transcribes/transcribe-record.ts';
import { transcribeState } from '../transcribes/transcribe-state.ts';
import type { TranscriptRecord } from '../transcribes/transcript-record.ts';
import type { VoicemailRecord } from '../voicemail/voicemail-record.ts';
import type { EventFamily, eventFamilies } from './event-families.ts';
import type { Kept } from './kind.ts';

/** The record of each kind of what is stored while it lives, and for a while when it is over. */
interface Records {
  readonly calls: CallRecord;
  readonly activeflows: ShownActiveflow;
  readonly queuecalls: QueuecallRecord;
  readonly confbridges: ConfbridgeRecord;
  readonly conferencecalls: ConferencecallRecord;
  readonly recordings: RecordingRecord;
  readonly external_medias: ExternalMediaRecord;
  readonly messages: MessageRecord;
  readonly conversations: ConversationRecord;
  readonly transcribes: TranscribeRecord;
  readonly transcripts: TranscriptRecord;
  readonly voicemails: VoicemailRecord;
  readonly traces: TraceRecord;
}

/** Of a thing that can be ended by its record alone. */
const noState = z.object({});

/** How each kind is told of, looked for and deleted. The name of a kind is that of its table. */
export const kinds = {
  calls: {
    told: { family: 'call', lane: ({ id }) => id },
    columns: ({ status, source, destination, flow_id }) => ({
      status,
      source: source.target,
      destination: destination.target,
      flow_id,
    }),
    fixed: ['tm_create', 'source', 'destination'],
    words: ({ source, destination }) =>
      wordsOf(source.target, source.target_name, destination.target, destination.target_name),
    lives: { column: 'status', isNot: 'hangup' },
    over: { column: 'status', is: 'hangup' },
    retention: 'calls',
    state: callState,
    since: nothingYet,
  },
  activeflows: {
    told: {
      family: 'activeflow',
      lane: ({ id, reference_type, reference_id }) => (reference_type === 'call' ? reference_id : id),
    },
    columns: ({ reference_id, status, flow_id }) => ({
      reference_id,
      is_ended: status === 'ended' ? 1 : 0,
      flow_id,
    }),
    fixed: ['tm_create', 'reference_id', 'flow_id'],
    lives: { column: 'is_ended', is: 0 },
    over: { column: 'is_ended', is: 1 },
    retention: 'calls',
    state: activeflowState,
    since: { status: 'ended' },
  },
  queuecalls: {
    told: { family: 'queuecall', lane: ({ reference_id }) => reference_id },
    columns: (record) => ({
      queue_id: record.queue_id,
      reference_id: record.reference_id,
      status: record.status,
      is_ended: record.tm_delete === neverTime ? 0 : 1,
      duration_waiting: record.duration_waiting,
      duration_service: record.duration_service,
      is_callback: howCalledBack(record),
    }),
    lives: { column: 'is_ended', is: 0 },
    over: { column: 'is_ended', is: 1 },
    retention: 'calls',
    state: queuecallState,
    since: queuecallDefaults,
  },
  /** A conference and its confbridge are one lane. One that was deleted may be made again with its id. */
  confbridges: {
    told: {
      family: 'confbridge',
      lane: ({ id, reference_type, reference_id }) => (reference_type === 'conference' ? reference_id : id),
    },
    columns: (record) => ({
      tm_delete: record.tm_delete,
      reference_id: record.reference_id,
      is_occupied: isOccupied(record) ? 1 : 0,
      idle_since: idleSince(record),
    }),
    shown: { column: 'tm_delete', is: neverTime },
    lives: { column: 'is_occupied', is: 1 },
    age: 'idle_since',
    retention: 'calls',
    state: confbridgeState,
  },
  conferencecalls: {
    columns: ({ conference_id, status, reference_id }) => ({ conference_id, status, reference_id }),
    lives: { column: 'status', isNot: 'leaved' },
    over: { column: 'status', is: 'leaved' },
    retention: 'calls',
    state: conferencecallState,
  },
  /** A deleted one is not seen any more. */
  recordings: {
    told: { family: 'recording', lane: ({ reference_id }) => reference_id },
    columns: ({ tm_delete, status, reference_id }) => ({ tm_delete, status, reference_id }),
    shown: { column: 'tm_delete', is: neverTime },
    lives: { column: 'status', isIn: ['recording', 'paused'] },
    over: { column: 'status', isIn: ['done', 'failed'] },
    retention: 'recordings',
    state: recordingState,
    since: { ended_by: '' },
  },
  external_medias: {
    columns: ({ reference_id, status }) => ({ reference_id, status }),
    lives: { column: 'status', is: 'started' },
    over: { column: 'status', is: 'stopped' },
    retention: 'calls',
    state: externalMediaState,
  },
  /** A deleted one is not seen any more. */
  messages: {
    told: { family: 'message', lane: ({ id }) => id },
    columns: (record) => ({
      tm_delete: record.tm_delete,
      direction: record.direction,
      is_settled: isSettled(record) ? 1 : 0,
      parties: partyWords(...partiesOf(record).map(({ target }) => target)),
    }),
    words: (record) =>
      wordsOf(...partiesOf(record).flatMap(({ target, target_name }) => [target, target_name])),
    shown: { column: 'tm_delete', is: neverTime },
    lives: { column: 'is_settled', is: 0 },
    over: { column: 'is_settled', is: 1 },
    retention: 'calls',
    state: messageState,
  },
  /** It is over when nobody has written for so long. */
  conversations: {
    columns: ({ tm_update, source, destination }) => ({
      tm_update,
      source: source.target,
      destination: destination.target,
    }),
    words: ({ source, destination }) =>
      wordsOf(source.target, source.target_name, destination.target, destination.target_name),
    lives: { column: 'tm_update', is: neverTime },
    age: 'tm_update',
    retention: 'calls',
    state: noState,
  },
  /** A deleted one is not seen any more. */
  transcribes: {
    told: { family: 'transcribe', lane: ({ reference_id }) => reference_id },
    columns: ({ tm_delete, status, reference_id }) => ({ tm_delete, status, reference_id }),
    shown: { column: 'tm_delete', is: neverTime },
    lives: { column: 'status', is: 'progressing' },
    over: { column: 'status', isIn: ['done', 'failed'] },
    retention: 'calls',
    state: transcribeState,
  },
  /** What was said is over with that; it goes with its transcribe. */
  transcripts: {
    told: { family: 'transcript', lane: ({ reference_id }) => reference_id },
    columns: ({ transcribe_id, reference_id }) => ({ transcribe_id, reference_id }),
    retention: 'calls',
    state: noState,
  },
  /** One whose caller is at it is shown as little as one that was deleted. */
  voicemails: {
    told: { family: 'voicemail', lane: ({ mailbox_id }) => mailbox_id },
    columns: ({ tm_delete, mailbox_id, status, recording_id, call_id, source }) => ({
      tm_delete,
      mailbox_id,
      status,
      recording_id,
      call_id,
      source: source.target,
    }),
    words: ({ source }) => wordsOf(source.target, source.target_name),
    shown: { column: 'tm_delete', is: neverTime },
    lives: { column: 'status', is: 'recording' },
    over: { column: 'status', isIn: ['new', 'saved', 'dropped'] },
    retention: 'recordings',
    state: noState,
  },
  /** A page of what a call has met. */
  traces: {
    columns: ({ call_id }) => ({ call_id }),
    fixed: ['tm_create', 'call_id'],
    retention: 'traces',
    state: noState,
  },
} as const satisfies { readonly [K in Kind]: Kept<RecordOf<K>> };

export type Kind = keyof Records;

export type RecordOf<K extends Kind> = Records[K];

type Rows = typeof kinds;

/** The state of a kind: the data that it takes, besides the record, to go on with a thing. */
export type StateOf<K extends Kind> = z.output<Rows[K]['state']>;

/** The same as it is written; what is left out is as the schema has it. */
export type WrittenState<K extends Kind> = z.input<Rows[K]['state']>;

/** The columns by which a kind is looked for. */
export type ColumnsOf<K extends Kind> = ReturnType<Rows[K]['columns']>;

/** The family that the changes of a kind are told by; none where nobody is told. */
type FamilyOf<K extends Kind> = Rows[K] extends { readonly told: { readonly family: infer F } } ? F : never;

/** The events of a kind. */
export type EventTypeOf<K extends Kind> = {
  [F in FamilyOf<K> & EventFamily]: keyof (typeof eventFamilies)[F]['events'];
}[FamilyOf<K> & EventFamily];

/** The row of a kind. */
export function keptOf<K extends Kind>(kind: K): Kept<RecordOf<K>> {
  const all: { readonly [P in Kind]: Kept<RecordOf<P>> } = kinds;
  return all[kind];
}

/** Whoever wrote it, and to whom. */
function partiesOf({ source, targets }: MessageRecord): readonly Address[] {
  return [source, ...targets.map(({ destination }) => destination)];
}

function isOccupied({ channel_call_ids }: ConfbridgeRecord): boolean {
  return Object.keys(channel_call_ids).length > 0;
}

/** Since when nobody has had a use for it; that of a conference lives as long as that. */
function idleSince(record: ConfbridgeRecord): string {
  const { reference_type, tm_update, tm_delete } = record;
  if (tm_delete !== neverTime) return tm_delete;
  return reference_type === '' && !isOccupied(record) ? tm_update : neverTime;
}
