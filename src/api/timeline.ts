import type { CallRecord } from '../calls/call-record.ts';
import type { DiaryState, Entry } from '../calls/diary-entry.ts';
import { neverTime, wireTime, zeroId } from '../core/clock.ts';
import type { DeliveryRecord } from '../news/outbox.ts';
import type { Page, PageRequest } from '../ports/page.ts';
import type { RecordingRecord } from '../recordings/recording-record.ts';
import type { Store } from '../storage/store.ts';
import type { TranscriptRecord } from '../transcribes/transcript-record.ts';

export const timelineTypes = [
  'call',
  'flow',
  'action',
  'failure',
  'playback',
  'hold',
  'digit',
  'variables',
  'request',
  'leg',
  'recording',
  'transcript',
  'webhook',
] as const;

/** Something on the time axis of a call. */
export interface TimelineEvent {
  readonly tm: string;
  /** Of what goes on, never. */
  readonly tm_end: string;
  readonly type: (typeof timelineTypes)[number];
  readonly what: string;
  /** Of the thing itself; empty where it has none. */
  readonly id: string;
  /** 0 where it belongs to none. */
  readonly step: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export interface Timeline {
  readonly call_id: string;
  readonly is_traced: boolean;
  readonly is_cut: boolean;
  readonly events: readonly TimelineEvent[];
}

/** So many of each kind are shown of a call. */
const most = 1_000;

type Stores = Pick<Store, 'calls' | 'traces' | 'recordings' | 'transcripts' | 'outbox'>;

/** All that is known of a call, in the order of its beginnings. */
export async function timelineOf(
  store: Stores,
  record: CallRecord,
  diary: DiaryState | undefined,
): Promise<Timeline> {
  const { id } = record;
  const { entries = [], hasTrace = false, isCut = false } = diary ?? {};
  const pages = await all((page) => store.traces.list(page, { call_id: id }));
  const legs = await Promise.all(record.chained_call_ids.slice(0, most).map((leg) => store.calls.get(leg)));
  const recordings = await all((page) => store.recordings.list(page, { reference_id: id }));
  const transcripts = await all((page) => store.transcripts.list(page, { reference_id: id }));
  const deliveries = await store.outbox.list({ callId: id, limit: most });
  const noted = [...pages.flatMap((page) => page.entries), ...entries];
  const events = [
    ...ofCall(record),
    ...lastFlow(record, noted),
    ...noted.map((entry) => ofEntry(entry, record)),
    ...legs.filter((leg) => leg !== undefined).map(ofLeg),
    ...recordings.map(ofRecording),
    ...transcripts.map(ofTranscript),
    ...deliveries.map(ofDelivery),
  ];
  const isTooMuch = [recordings, transcripts, deliveries].some(({ length }) => length >= most);
  return {
    call_id: id,
    is_traced: hasTrace,
    is_cut: isCut || isTooMuch,
    events: events.sort((one, other) => (one.tm < other.tm ? -1 : one.tm > other.tm ? 1 : 0)),
  };
}

async function all<R>(list: (page: PageRequest) => Promise<Page<R>>): Promise<readonly R[]> {
  const found: R[] = [];
  let token: string | undefined;
  do {
    const page = await list({ size: 100, ...(token !== undefined && { token }) });
    found.push(...page.result);
    token = page.next;
  } while (token !== '' && found.length < most);
  return found;
}

function ofCall(record: CallRecord): TimelineEvent[] {
  const { id, tm_create, tm_ringing, tm_progressing, tm_hangup } = record;
  const { hangup_by, hangup_reason, hangup_cause, sip_code, sip_reason, direction } = record;
  const times: readonly [string, string, TimelineEvent['data']][] = [
    ['created', tm_create, { direction }],
    ['ringing', tm_ringing, {}],
    ['answered', tm_progressing, {}],
    ['hungup', tm_hangup, { hangup_by, hangup_reason, hangup_cause, sip_code, sip_reason }],
  ];
  return times
    .filter(([, tm]) => tm !== neverTime)
    .map(([what, tm, data]) => ({ tm, tm_end: tm, type: 'call', what, id, step: 0, data }));
}

/** The flow that it has, or ended with; those before it have told so themselves. */
function lastFlow(record: CallRecord, noted: readonly Entry[]): TimelineEvent[] {
  const { activeflow_id, flow_id, flow_revision, tm_create, tm_hangup } = record;
  if (activeflow_id === zeroId || noted.some(({ kind, id }) => kind === 'flow' && id === activeflow_id))
    return [];
  const before = noted.findLast(({ kind }) => kind === 'flow')?.end;
  const tm = before === undefined ? tm_create : wireTime(before);
  const data = { flow_revision };
  return [{ tm, tm_end: tm_hangup, type: 'flow', what: flow_id, id: activeflow_id, step: 0, data }];
}

/** What goes on when a call ends, ends with it: of that nothing more is written. */
function ofEntry(
  { kind, at, end, what, id = '', step = 0, data = {} }: Entry,
  { tm_hangup }: CallRecord,
): TimelineEvent {
  const tm_end = end === undefined ? tm_hangup : wireTime(end);
  const isCutOff = kind === 'action' && end === undefined && tm_hangup !== neverTime;
  const all = isCutOff ? { ...data, next: 'interrupted' } : data;
  return { tm: wireTime(at), tm_end, type: kind, what, id, step, data: all };
}

function ofLeg(leg: CallRecord): TimelineEvent {
  const {
    id,
    status,
    tm_create,
    tm_hangup,
    tm_ringing,
    tm_progressing,
    hangup_by,
    hangup_reason,
    sip_code,
    destination,
  } = leg;
  const data = { destination, tm_ringing, tm_progressing, hangup_by, hangup_reason, sip_code };
  return { tm: tm_create, tm_end: tm_hangup, type: 'leg', what: status, id, step: 0, data };
}

function ofRecording(recording: RecordingRecord): TimelineEvent {
  const { id, status, tm_start, tm_end, format, duration, reason, ended_by } = recording;
  const data = { format, duration, reason, ended_by };
  return { tm: tm_start, tm_end, type: 'recording', what: status, id, step: 0, data };
}

function ofTranscript(transcript: TranscriptRecord): TimelineEvent {
  const { id, direction, tm_create: tm, transcribe_id, message, start, end, confidence } = transcript;
  const data = { transcribe_id, message, start, end, confidence };
  return { tm, tm_end: tm, type: 'transcript', what: direction, id, step: 0, data };
}

function ofDelivery(delivery: DeliveryRecord): TimelineEvent {
  const { id, type, endpointId, state, attempts, status, error, createdAt, triedAt, nextAt } = delivery;
  const isOver = state !== 'pending' && triedAt !== undefined;
  const tries = {
    tm_tried: triedAt === undefined ? neverTime : wireTime(triedAt * 1_000),
    tm_next: state === 'pending' ? wireTime(nextAt * 1_000) : neverTime,
  };
  return {
    tm: wireTime(createdAt * 1_000),
    tm_end: isOver ? wireTime(triedAt * 1_000) : neverTime,
    type: 'webhook',
    what: type,
    id,
    step: 0,
    data: { webhook_id: endpointId, state, attempts, status, error, ...tries },
  };
}
