import { randomUUID } from 'node:crypto';
import type { Call } from '../../calls/call.ts';
import { zeroId } from '../../core/clock.ts';
import { AriflowError } from '../../core/errors.ts';
import { recordingChoice, recordingOption } from '../../ports/recording-option.ts';
import type { Recordings } from '../../recordings/recordings.ts';
import { conflict } from '../problems.ts';

/** What is ordered of a call's recordings: not in line, and answered with the recording when it is carried out. */
export const recordingCommands = {
  recording_start: { option: recordingOption, operationId: 'startRecordingCall', summary: 'Record a call' },
  recording_stop: {
    option: recordingChoice,
    operationId: 'stopRecordingCall',
    summary: 'End a recording of a call',
  },
  recording_pause: {
    option: recordingChoice,
    operationId: 'pauseRecordingCall',
    summary: 'Pause a recording of a call',
  },
  recording_resume: {
    option: recordingChoice,
    operationId: 'resumeRecordingCall',
    summary: 'Go on with a paused recording of a call',
  },
} as const;

export type RecordingCommand = keyof typeof recordingCommands;

export function isRecordingCommand(type: string): type is RecordingCommand {
  return Object.hasOwn(recordingCommands, type);
}

export interface RecordingOrder {
  readonly type: RecordingCommand;
  readonly option: unknown;
  /** Told of what goes wrong once it has begun. */
  readonly onFailure: (error: unknown) => void;
}

/** Resolves to the id of the recording that it is about. @throws AriflowError, ActionError, LifetimeEnded */
export async function orderRecording(
  recordings: Pick<Recordings, 'start' | 'stop' | 'pause' | 'resume' | 'get'>,
  call: Call,
  { type, option, onFailure }: RecordingOrder,
): Promise<string> {
  if (type === 'recording_start') {
    const started = await recordings.start(call, recordingOption.parse(option), {
      id: randomUUID(),
      signal: call.hangupSignal,
      onFailure,
    });
    return started.id;
  }
  const { id: given } = recordingChoice.parse(option);
  if (type === 'recording_stop') return stopped(recordings.stop(call, given || undefined));
  const id = given || call.record.recording_id;
  if (id === zeroId) throw conflict('the call is not being recorded');
  const { reference_id } = await recordings.get(id);
  if (reference_id !== call.id) throw new AriflowError('NOT_FOUND', 'no such recording of this call');
  await (type === 'recording_pause' ? recordings.pause(id) : recordings.resume(id));
  return id;
}

function stopped(id: string | undefined): string {
  if (id === undefined) throw conflict('there is no such recording under way');
  return id;
}
