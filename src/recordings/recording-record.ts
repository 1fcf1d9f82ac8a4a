import { neverTime, nowMicros, wireTime } from '../core/clock.ts';
import type { RecordingChannels, RecordingFormat } from '../ports/recording-option.ts';

export type RecordingStatus = 'recording' | 'paused' | 'done' | 'failed';
export type RecordingEventType = 'recording_created' | 'recording_updated' | 'recording_deleted';

/** Why a recording failed; `''` where it did not. */
export type RecordingFailure =
  | ''
  /** The audio could not be written, or not all of it. */
  | 'WRITE_FAILED'
  /** The file could not be made of the audio. */
  | 'CONVERSION_FAILED'
  /** The daemon died, and of the audio nothing is left. */
  | 'LOST';

/** What has ended a recording: one of its limits, somebody, the end of what it records, or that it could not go on. */
export const recordingEnds = ['', 'silence', 'key', 'duration', 'stopped', 'hangup', 'failed'] as const;

export type RecordingEnd = (typeof recordingEnds)[number];

/** A recording as REST, webhooks and the store show it; fields of our own come last. */
export interface RecordingRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly reference_type: 'call' | 'confbridge';
  /** The call's id, or the confbridge's. */
  readonly reference_id: string;
  /** `recording` until the file is complete and readable, also while it is being made. */
  readonly status: RecordingStatus;
  readonly format: RecordingFormat;
  readonly tm_start: string;
  readonly tm_end: string;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
  readonly channels: RecordingChannels;
  /** Of the file, in milliseconds; 0 where there is none. One that failed has a file where some of it could be kept. */
  readonly duration: number;
  readonly reason: RecordingFailure;
  /** Empty until something has, and of those of earlier versions. */
  readonly ended_by: RecordingEnd;
}

/** Whether it is recorded no more: the file is there, or could not be made. */
export function isOver({ status }: Pick<RecordingRecord, 'status'>): boolean {
  return status === 'done' || status === 'failed';
}

/** Whether there is a file: of one that failed, too, where some of it could be kept. */
export function hasFile(record: Pick<RecordingRecord, 'status' | 'duration'>): boolean {
  return record.status === 'done' || (record.status === 'failed' && record.duration > 0);
}

/** `<id>.wav` */
export function fileNameOf({ id, format }: Pick<RecordingRecord, 'id' | 'format'>): string {
  return `${id}.${format}`;
}

/** A recording before its first sound. */
export function begunRecording(
  reference: Pick<RecordingRecord, 'id' | 'customer_id' | 'reference_type' | 'reference_id'>,
  { format, channels }: Pick<RecordingRecord, 'format' | 'channels'>,
): RecordingRecord {
  const now = wireTime(nowMicros());
  return {
    ...reference,
    status: 'recording',
    format,
    tm_start: neverTime,
    tm_end: neverTime,
    tm_create: now,
    tm_update: now,
    tm_delete: neverTime,
    channels,
    duration: 0,
    reason: '',
    ended_by: '',
  };
}

/** Whether there is any of it: before, its caller hears a beep. */
export function hasBegun({ tm_start }: Pick<RecordingRecord, 'tm_start'>): boolean {
  return tm_start !== neverTime;
}

/** One that has not begun as it is stored: for the next start, and shown to nobody. */
export function unbegun(record: RecordingRecord): RecordingRecord {
  return { ...record, tm_delete: record.tm_create };
}

/** The same once it is known that it never will. */
export function asNeverBegun(record: RecordingRecord): RecordingRecord {
  const now = wireTime(nowMicros());
  return { ...unbegun(record), status: 'failed', tm_end: now, tm_update: now };
}
