import * as z from 'zod';

/** Milliseconds of the audio that are written down. */
const place = z.int().min(0).default(0);

/** The data that it takes, besides the record, to go on with a transcription. */
export const transcribeState = z.object({
  hints: z.array(z.string()).default([]),
  /** Who was asked for; missing: the first that can. The record says who hears it. */
  provider: z.string().optional(),
  /** Of a call: the instant at which its audio began. */
  began: z.number().optional(),
  /** Of a call: whether there is no more audio, and only the last words are missing. */
  isEnding: z.boolean().optional(),
  /** By direction. */
  place: z.object({ in: place, out: place, both: place }).prefault({}),
});

export type TranscribeState = z.output<typeof transcribeState>;
