import type { Call } from '../calls/call.ts';
import type { TranscribeOption } from './transcribe-option.ts';

/** What a flow is told of a transcription. */
export interface StartedTranscribe {
  readonly id: string;
  readonly language: string;
  readonly direction: string;
  readonly provider: string;
}

export interface TranscribesPort {
  /**
   * Begins to write down what is said on a call, until it is stopped or the call is hung up; resolves when it does.
   * @throws ActionError `ALREADY_TRANSCRIBING`, `TOO_MANY_TRANSCRIPTIONS`, those of `HearingPort.open`, `LISTEN_FAILED`; the reason
   * of the hang-up
   */
  start(call: Call, wanted: TranscribeOption, id: string): Promise<StartedTranscribe>;
  /** Ends this one of the call's, or with an empty id all; the last words are told afterwards. */
  stop(call: Call, id: string): void;
  /**
   * Writes down what was said in the recordings of a call, in those that still run as soon as they are done. Resolves when all
   * are in line.
   * @param idFor of the transcription of a recording
   */
  ofRecordings(
    call: Call,
    wanted: TranscribeOption,
    options: { readonly idFor: (recordingId: string) => string; readonly signal: AbortSignal },
  ): Promise<readonly StartedTranscribe[]>;
}

/** The variables that tell of one. */
export function transcribeFacts({ id, language, direction, provider }: StartedTranscribe) {
  return {
    'voipbin.transcribe.id': id,
    'voipbin.transcribe.language': language,
    'voipbin.transcribe.direction': direction,
    'voipbin.transcribe.provider': provider,
  } as const;
}
