import { AriflowError } from '../core/errors.ts';
import { ProcessError } from '../core/run-process.ts';
import type { Semaphore } from '../core/semaphore.ts';
import { sleep } from '../core/wait.ts';
import { hasFile, type RecordingRecord } from '../recordings/recording-record.ts';
import type { Recordings } from '../recordings/recordings.ts';
import { sidesOf } from '../recordings/tracks.ts';
import { fileAudio, pieceMs } from './file-audio.ts';
import type { TranscribeRecord, TranscriptDirection } from './transcribe-record.ts';
import { failureCode, type Transcription } from './transcription.ts';

export interface RecordedTranscriptionOptions {
  readonly transcription: Transcription;
  readonly recordings: Pick<Recordings, 'whenOver' | 'file'>;
  /** Each takes a program, and whoever listens. */
  readonly turns: Semaphore;
}

/** So much faster than it was spoken: those who listen to what is spoken just now take no more. */
const speed = 2;

const samplesPerMs = 8;

const noFile = 'RECORDING_NOT_FOUND';

/**
 * Writes down what was said in a recording, as soon as that is over, in each of its channels by itself. What the signal cuts off is
 * left as it is: a later start goes on with it.
 */
export async function transcribeRecording(
  { transcription, recordings, turns }: RecordedTranscriptionOptions,
  signal: AbortSignal,
): Promise<void> {
  try {
    const recording = await recordings.whenOver(transcription.record.reference_id, signal);
    signal.throwIfAborted();
    // What is not over then is with another daemon.
    if (!hasFile(recording)) return await transcription.end(noFile);
    const { path } = await recordings.file(recording.id);
    await turns.run(() => hear(transcription, { recording, path }, signal), signal);
    await transcription.end();
  } catch (error) {
    if (signal.aborted) return;
    await transcription.end(reasonOf(error));
  }
}

async function hear(
  transcription: Transcription,
  { recording, path }: { readonly recording: RecordingRecord; readonly path: string },
  signal: AbortSignal,
): Promise<void> {
  const sides = sidesOf(recording.channels);
  const directions = directionsOf(recording, transcription.record);
  await transcription.hear(directions);
  const { place } = transcription;
  const from = Math.min(...directions.map((direction) => place[direction]));
  let at = from;
  for await (const channels of fileAudio({ path, channels: sides.length, from }, signal)) {
    if (!transcription.isHearing) return;
    for (const [index, side] of sides.entries()) {
      // What is written down already is not heard again.
      const samples = channels[index]?.subarray(Math.max(0, place[side] - at) * samplesPerMs);
      if (samples && samples.length > 0) transcription.write(side, samples);
    }
    at += pieceMs;
    await sleep(pieceMs / speed, signal);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof AriflowError || error instanceof ProcessError ? noFile : failureCode(error);
}

/** The directions that are wanted of what is in each channel; of two in one there is no other. */
export function directionsOf(
  { channels }: Pick<RecordingRecord, 'channels'>,
  { direction }: Pick<TranscribeRecord, 'direction'>,
): readonly TranscriptDirection[] {
  return sidesOf(channels).filter((side) => direction === 'both' || side === 'both' || side === direction);
}
