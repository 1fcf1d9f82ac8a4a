import * as z from 'zod';
import { recordingOption } from '../ports/recording-option.ts';

/** What is recorded between two pauses: when each side began and ended, by Asterisk's clock, in the order of the file's channels. */
const stretch = z.object({
  number: z.int(),
  tracks: z.array(z.object({ startedAt: z.number(), endedAt: z.number().optional() })).readonly(),
});

/** All it takes to take up what Asterisk records. */
export const captureState = z.object({
  /** How often it has had listening channels, and an ear of its own. */
  rounds: z.int().default(0),
  ears: z.int().default(0),
  /** Stretches so far, those that came to nothing too. */
  count: z.int().default(0),
  /** How long those that are over have lasted, in milliseconds. */
  elapsed: z.number().default(0),
  over: z.array(stretch).readonly().default([]),
  /** The one that is being recorded, and the instant at which it began. */
  running: stretch.extend({ began: z.number() }).optional(),
});

/** The data that it takes, besides the record, to go on with a recording. */
export const recordingState = z.object({
  /** What was wanted; without that nobody can go on with it. */
  option: recordingOption.extend({ min_duration: z.number().optional() }).optional(),
  /** What the names of Asterisk's files begin with: another daemon may go on with it. */
  prefix: z.string().optional(),
  capture: captureState.prefault({}),
  /** How much was recorded when the caller fell silent; missing while he talks. */
  silentSince: z.number().optional(),
  /** Whether it has been stopped, and only its file is missing. */
  isStopped: z.boolean().default(false),
});

export type CaptureState = z.output<typeof captureState>;
export type RecordingState = z.output<typeof recordingState>;

/** As it is written. */
export type WrittenCaptureState = z.input<typeof captureState>;
export type WrittenRecordingState = z.input<typeof recordingState>;
