import type { Call } from '../calls/call.ts';
import type { WantedRecording } from './recording-option.ts';

/** What a flow is told of a recording. */
export interface StartedRecording {
  readonly id: string;
  readonly reference_type: string;
  readonly reference_id: string;
  readonly format: string;
}

export interface RecordingsPort {
  /**
   * Begins to record a call. Resolves when it does; with a beep as soon as that can be heard: what goes wrong then is given to
   * `onFailure`.
   * @throws ActionError `RECORDING_FAILED`, `TOO_MANY_RECORDINGS`; the signal's reason
   */
  start(
    call: Call,
    wanted: WantedRecording,
    options: {
      readonly id: string;
      readonly signal: AbortSignal;
      readonly onFailure: (error: unknown) => void;
    },
  ): Promise<StartedRecording>;
  /** Ends a recording of a call: the newest one where none is named. Answers its id; `undefined` where there is none. */
  stop(call: Call, id?: string): string | undefined;
}
