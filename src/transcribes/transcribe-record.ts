import { neverTime, nowMicros, wireTime } from '../core/clock.ts';
import type { TranscribeOption } from '../ports/transcribe-option.ts';

export const transcribeStatuses = ['progressing', 'done', 'failed'] as const;
export const transcribeReferences = ['call', 'recording'] as const;

export type TranscribeEventType = 'transcribe_created' | 'transcribe_updated' | 'transcribe_deleted';

/** Whose words: the caller's, those he hears, or both in one where they were recorded so. */
export type TranscriptDirection = 'in' | 'out' | 'both';

/** A part of the audio that nobody could hear. Milliseconds from its beginning. */
export interface TranscribeGap {
  readonly direction: TranscriptDirection;
  readonly start: number;
  readonly end: number;
}

/** A transcription as REST, webhooks and the store show it; fields of our own come last. */
export interface TranscribeRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly reference_type: (typeof transcribeReferences)[number];
  /** The call's id, or the recording's. */
  readonly reference_id: string;
  /** `progressing` until the last words have been told. */
  readonly status: (typeof transcribeStatuses)[number];
  readonly language: string;
  readonly direction: 'both' | 'in' | 'out';
  /** Who hears it; of a recording that is not heard yet, who was asked for. */
  readonly provider: string;
  readonly tm_create: string;
  readonly tm_update: string;
  readonly tm_delete: string;
  /** Why it failed: the code of an action that failed so, or `LOST` where the daemon died; empty where it did not. */
  readonly reason: string;
  readonly gaps: readonly TranscribeGap[];
}

/** Of more gaps the first ones are kept. */
const mostGaps = 100;

/** What is transcribed. */
export type TranscribeSubject = Pick<
  TranscribeRecord,
  'id' | 'customer_id' | 'reference_type' | 'reference_id'
>;

export function begunTranscribe(
  { id, customer_id, reference_type, reference_id }: TranscribeSubject,
  { language, direction, provider }: TranscribeOption,
): TranscribeRecord {
  const now = wireTime(nowMicros());
  return {
    id,
    customer_id,
    reference_type,
    reference_id,
    status: 'progressing',
    language,
    direction: direction || 'both',
    provider,
    tm_create: now,
    tm_update: now,
    tm_delete: neverTime,
    reason: '',
    gaps: [],
  };
}

/** As it is once it is known who hears it. */
export function heardBy(record: TranscribeRecord, provider: string): TranscribeRecord {
  return { ...record, provider, tm_update: wireTime(nowMicros()) };
}

export function withGap(record: TranscribeRecord, gap: TranscribeGap): TranscribeRecord {
  const gaps = [...record.gaps, gap].slice(0, mostGaps);
  return { ...record, tm_update: wireTime(nowMicros()), gaps };
}

/** One that has not begun as it is stored: for the next start, and shown to nobody. */
export function unbegunTranscribe(record: TranscribeRecord): TranscribeRecord {
  return { ...record, tm_delete: record.tm_create };
}

/** As it is when it is over; failed where there is a reason. */
export function endedTranscribe(record: TranscribeRecord, reason: string): TranscribeRecord {
  return { ...record, status: reason === '' ? 'done' : 'failed', tm_update: wireTime(nowMicros()), reason };
}

export function deletedTranscribe(record: TranscribeRecord): TranscribeRecord {
  const now = wireTime(nowMicros());
  return { ...record, tm_update: now, tm_delete: now };
}
