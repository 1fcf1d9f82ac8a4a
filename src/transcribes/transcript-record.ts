import { nowMicros, wireTime } from '../core/clock.ts';
import type { Heard } from '../ports/hearing.ts';
import type { TranscribeRecord, TranscriptDirection } from './transcribe-record.ts';

export type TranscriptEventType = 'transcript_created' | 'transcript_interim';

/** Something that was said, as REST, webhooks and the store show it; fields of our own come last. */
export interface TranscriptRecord {
  readonly id: string;
  readonly customer_id: string;
  readonly transcribe_id: string;
  readonly direction: TranscriptDirection;
  readonly message: string;
  /** How far into the audio it begins, in the form of a time: `0001-01-01 00:00:04.211000` is after four seconds. */
  readonly tm_transcript: string;
  readonly tm_create: string;
  readonly reference_type: TranscribeRecord['reference_type'];
  readonly reference_id: string;
  /** Where it begins and ends, in milliseconds of the audio. */
  readonly start: number;
  readonly end: number;
  /** 0 to 1; 0 where nobody says. */
  readonly confidence: number;
}

/** The beginning of the audio. */
const yearOne = Date.UTC(2001, 0, 1) * 1_000;

/** More than is said in a breath is no speech. */
const longestMessage = 10_000;

export function transcriptOf(
  { id: transcribe_id, customer_id, reference_type, reference_id }: TranscribeRecord,
  id: string,
  { direction, text, start, end, confidence = 0 }: Heard & { readonly direction: TranscriptDirection },
): TranscriptRecord {
  return {
    id,
    customer_id,
    transcribe_id,
    direction,
    message: text.slice(0, longestMessage),
    tm_transcript: `0001${wireTime(yearOne + Math.round(start) * 1_000).slice(4)}`,
    tm_create: wireTime(nowMicros()),
    reference_type,
    reference_id,
    start: Math.round(start),
    end: Math.round(end),
    confidence,
  };
}
