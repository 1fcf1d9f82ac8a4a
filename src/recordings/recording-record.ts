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
